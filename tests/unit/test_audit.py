"""The audit: the rule on losses that are known, the interventions, and that no code of the diagnosis takes part."""

from __future__ import annotations

import ast
import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
from helpers.settings import resolved

from sweep.experiments.audit import report as report
from sweep.experiments.audit import rule

SRC = Path(__file__).parents[2] / "src" / "sweep" / "experiments" / "audit"
SOUND = {"last": 0.30, "best": 0.30, "seed_repeat": 0.31, "longer": 0.30, "faster": 0.9, "slower": 0.6, "chance": 2.3}


def judged(**changes: float) -> str:
    return rule.judge({**SOUND, **changes}, 0.1)


def test_the_rule():
    assert judged() == "healthy"
    assert judged(last=0.45) == "overfit"
    assert judged(longer=0.2) == "underfit"
    assert judged(faster=0.2) == "underfit"
    assert judged(slower=0.2) == "erratic"
    assert judged(last=0.31, longer=0.29) == "healthy"
    assert judged(longer=0.2, slower=0.205) == "mixed"
    assert judged(longer=0.2, slower=0.1) == "erratic"
    assert judged(last=math.nan) == "erratic"
    assert judged(last=math.nan, best=math.nan, longer=math.nan, faster=math.nan) == "erratic"
    assert judged(best=math.nan, last=math.nan) == "mixed"


def test_a_run_that_learnt_nothing_is_not_healthy():
    stuck = dict.fromkeys(SOUND, 2.3)
    assert rule.wants_stronger(stuck)
    assert rule.judge(stuck, 0.1) == "underfit"
    assert rule.judge({**stuck, "much_slower": 0.5}, 0.1) == "erratic"
    assert rule.judge({**stuck, "much_faster": 0.5}, 0.1) == "underfit"
    without = {name: value for name, value in stuck.items() if name != "chance"}
    assert rule.judge(without, 0.1) == "healthy"
    assert not rule.wants_stronger(SOUND)


def test_a_run_that_fell_back_to_chance_is_not_treated_by_keeping_its_best_model():
    acc = {"best_acc": 0.9, "chance_acc": 0.1}
    assert judged(last=2.3, slower=0.31, **acc, last_acc=0.1) == "erratic"
    assert judged(last=2.4, slower=0.31, **acc, last_acc=0.85) == "overfit"
    assert judged(last=2.4, slower=0.31) == "overfit"
    assert not rule.unstable({**SOUND, "best_acc": 0.12, "chance_acc": 0.1, "last_acc": 0.1})


def test_no_unit_matters():
    for changes in ({}, {"last": 0.45}, {"longer": 0.2}, {"slower": 0.2}):
        losses = {**SOUND, **changes}
        assert rule.judge({name: 1000 * loss for name, loss in losses.items()}, 0.1) == rule.judge(losses, 0.1)


def test_the_margin_is_the_noise_of_repeated_seeds_and_extreme_runs_do_not_set_it():
    repeats = [{**SOUND, "seed_repeat": 0.30 * math.exp(0.1)}] * 7
    assert rule.margin(repeats) == pytest.approx(0.244)
    assert rule.margin([*repeats, {**SOUND, "seed_repeat": 30.0}, {**SOUND, "seed_repeat": math.nan}]) == pytest.approx(
        0.244
    )
    unlearnt = {**SOUND, "best": 2.3, "seed_repeat": 2.3}
    assert rule.margin([*repeats, *[unlearnt] * 20]) == pytest.approx(0.244)
    assert rule.margin([SOUND | {"seed_repeat": 0.30}]) == rule.margin([unlearnt]) == rule.margin([]) == rule.MIN_MARGIN


def test_the_interventions_change_what_they_say_and_nothing_else():
    train = resolved("train.learning_rate=0.01", "train.epochs=3", "audit=true").train
    assert train.keep_best
    found = {**rule.interventions(train, 7), **rule.stronger(train, 7)}
    assert {seed for name, (_, seed) in found.items() if name != "seed_repeat"} == {7}
    assert found["seed_repeat"][0] == train
    assert found["seed_repeat"][1] != 7
    assert found["longer"][0] == replace(train, epochs=12)
    assert found["faster"][0] == replace(train, learning_rate=pytest.approx(0.1))
    assert found["slower"][0] == replace(train, learning_rate=pytest.approx(0.001))
    assert found["much_faster"][0] == replace(train, learning_rate=pytest.approx(1.0), epochs=12)
    assert found["much_slower"][0] == replace(train, learning_rate=pytest.approx(1e-4))


def test_no_code_of_the_diagnosis_is_imported():
    for file in (SRC / "rule.py", SRC / "runs.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
            module = getattr(node, "module", None) or ""
            assert not any("diagnos" in f"{module}.{name}" for name in names), file


def run(trial: int, diagnosed: str, **losses: float | None) -> dict:
    knobs = {"learning_rate": 1e-3 * (trial + 1), "epochs": trial + 1, "recipe": "digits"}
    return {"trial": trial, "diagnosed": diagnosed, "audit": {**SOUND, **losses}, **knobs}


def test_the_outcome_counts_agreement_without_the_mixed():
    runs = [run(0, "healthy"), run(1, "overfit", last=0.6), run(2, "healthy", longer=0.1), run(3, "erratic", last=None)]
    runs.append(run(4, "healthy", longer=0.1, slower=0.1))
    found = report.outcome(runs)
    assert (found["judged"], found["agreed"], found["mixed"]) == (4, 3, 1)
    assert found["confusion"]["underfit"] == {"healthy": 1}
    assert [row["trial"] for row in report.disagreements(found["runs"])] == [2]
    json.dumps(found, allow_nan=False)
    assert "3 of 4 agree (75%), 1 mixed" in report.sentence(found)
    report.draw(runs, found["runs"], "drawn").savefig("/dev/null", format="png")
