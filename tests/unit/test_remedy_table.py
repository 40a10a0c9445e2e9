"""The remedy table: shares, changes and costs against the same runs without a remedy."""

from __future__ import annotations

import math

import pytest

from sweep.config.remedies import REMEDIES
from sweep.diagnosis.advice import advise
from sweep.diagnosis.remedy_evidence import REMEDY_EVIDENCE
from sweep.experiments import remedy_table as report
from sweep.experiments.remedy_table import remedy_table


def run(regime: str, seed: int, remedy: str | None, diagnosed: str, loss: float | None, steps: int = 100) -> dict:
    given = {"remedies": [remedy] if remedy else [], "skipped": []}
    fixed = {"state": "COMPLETE", "recipe": "digits", "test_acc": 0.5, "trial": 0}
    return {**fixed, **given, "regime": regime, "seed": seed, "diagnosed": diagnosed, "test_loss": loss, "steps": steps}


RUNS = [
    run("overfit", 0, None, "overfit", 1.0),
    run("overfit", 1, None, "overfit", 1.0),
    run("overfit", 0, "dropout", "healthy", 0.5, steps=200),
    run("overfit", 1, "dropout", "overfit", 0.5, steps=200),
    run("overfit", 0, "weight_decay", "underfit", 2.0),
    run("erratic", 0, None, "healthy", 1.0),  # not broken after all: it is no evidence
    run("erratic", 0, "lower_rate", "healthy", 0.5),
]


def test_the_table_against_the_same_runs_without_a_remedy():
    first, second = remedy_table(RUNS)
    assert (first.regime, first.remedy, first.runs) == ("overfit", "dropout", 2)
    assert (first.out, first.healthy, first.steps) == (0.5, 0.5, 2.0)
    assert first.loss == pytest.approx(math.log(0.5))
    assert first.acc == 0.0
    assert (second.remedy, second.out, second.healthy) == ("weight_decay", 1.0, 0.0)


def test_a_remedy_that_harms_on_the_test_split_comes_last():
    assert [row.remedy for row in remedy_table(RUNS)] == ["dropout", "weight_decay"]


def test_a_remedy_that_could_not_act_is_no_control_and_no_evidence():
    skipped = {**run("overfit", 0, None, "healthy", 0.1), "skipped": ["cleaner_data"]}
    assert remedy_table([*RUNS, skipped]) == remedy_table(RUNS)


def test_the_table_in_words():
    cells = report.cells(remedy_table(RUNS))
    assert cells[0] == list(report.COLUMNS)
    assert cells[1] == ["overfit", "dropout", "2", "50%", "50%", "-50 %", "+0.0", "x 2"]
    assert report.markdown(remedy_table(RUNS)).count("\n") == 3
    report.draw(remedy_table(RUNS), "drawn").savefig("/dev/null", format="png")
    assert report.change(math.log(100)) == "x 1e+02"


def test_advice_after_the_findings_comes_in_the_order_of_the_evidence():
    for regime in REMEDY_EVIDENCE:
        assert [hint.remedy for hint in advise((), regime)] == list(REMEDY_EVIDENCE[regime])
    assert {name for names in REMEDY_EVIDENCE.values() for name in names} == set(REMEDIES)
