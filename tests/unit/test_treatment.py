"""Treatment: the first remedy advised that can act, on top of those before, until healthy or out of steps."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from helpers.settings import resolved

from sweep.curves import Curves
from sweep.diagnosis import diagnose
from sweep.experiments.treatment import report as report
from sweep.experiments.treatment.plan import TreatmentPlan, treat


def hint(remedy: str, strength: float = 1.0) -> dict:
    return {"remedy": remedy, "strength": strength, "text": ""}


def say(folder: Path, trial: int, regime: str, *advice: dict) -> None:
    (folder / f"{trial:03d}").mkdir(parents=True)
    (folder / f"{trial:03d}" / "diagnosis.json").write_text(json.dumps({"regime": regime, "advice": advice}))


def test_the_first_remedy_that_can_act_is_given_and_the_others_say_why_not():
    config = resolved("+regime=erratic", "recipe.data.label_noise=0")
    after = treat(config, [hint("cleaner_data"), hint("lower_rate", 2.0), hint("warm_up")])
    assert after is not None
    assert [one.remedy for one in after.remedies] == ["lower_rate"]
    assert after.remedies[0].strength == 2.0
    assert [one.remedy for one in after.skipped] == ["cleaner_data"]
    assert treat(config, [hint("cleaner_data")]) is None
    assert treat(config, []) is None


def test_remedies_add_up_and_one_that_is_on_makes_room_for_the_next(tmp_path):
    plan = TreatmentPlan(resolved("+regime=overfit"), tmp_path, 3)
    assert plan.prepare({"treatment": 2}) == plan.start
    for trial in range(3):
        assert not plan.is_over()
        say(tmp_path, trial, "overfit", hint("early_stopping"), hint("weight_decay"), hint("weight_decay"))
    last = plan.prepare({"treatment": 3})
    assert [one.remedy for one in last.remedies] == ["early_stopping", "weight_decay", "weight_decay"]
    assert last.train.weight_decay == pytest.approx(1.1)
    assert last.expected is None


@pytest.mark.parametrize(
    ("regime", "advice", "over"),
    [("healthy", [], True), ("overfit", [], True), ("overfit", [hint("dropout")], False), ("inconclusive", [], True)],
)
def test_when_it_is_over(tmp_path, regime, advice, over):
    plan = TreatmentPlan(resolved("+regime=overfit"), tmp_path, 3)
    assert not plan.is_over()
    say(tmp_path, 0, regime, *advice)
    assert plan.is_over() is over


def test_a_failed_run_ends_it(tmp_path):
    plan = TreatmentPlan(resolved("+regime=overfit"), tmp_path, 3)
    say(tmp_path, 0, "overfit", hint("dropout"))
    (tmp_path / "001").mkdir()
    (tmp_path / "001" / "error.txt").write_text("out of memory")
    assert plan.is_over()


def test_what_is_judged_after_early_stopping_is_the_model_that_was_kept():
    steps, at = np.arange(20), 16
    val = np.where(steps <= at, 0.4 + 2 * np.exp(-steps / 4.0), 0.4 + 0.15 * (steps - at + 1))
    curves = Curves.of(train_loss=0.3 + 2 * np.exp(-steps / 4.0), val_loss=val, batch_loss=np.ones(20))
    kept = curves.frozen_from(at)
    assert kept["val_loss"].values[at:].tolist() == [val[at]] * 4
    assert kept["val_loss"].values[:at].tolist() == val[:at].tolist()
    assert len(kept["batch_loss"]) == at + 1
    assert diagnose(curves).regime != "healthy"
    assert diagnose(kept).regime in ("healthy", "underfit")  # no rise, nor any other illness of the steps after
    broken = Curves.of(train_loss=[2.0, 1.0, np.nan], val_loss=[2.0, 1.0, np.nan])
    assert broken.frozen_from(1) is broken


def test_the_outcome_in_a_sentence():
    def said(cured, *diagnosed):
        runs = [{"diagnosed": regime} for regime in diagnosed]
        return report.verdict({"cured": cured, "runs": runs, "treatment": [run for run in runs if run["diagnosed"]]})

    assert said(True, "overfit", "healthy") == "healthy after 1 remedy"
    assert said(True, "healthy") == "healthy as it came: nothing to treat"
    assert said(False, "erratic", "overfit", "overfit") == "not cured: overfit after 2 remedies"
    assert said(False, None) == "not cured: failed after no remedy"
    assert report.status({"cured": True}, None) == 0
    assert report.status({"cured": True}, "stopped") == report.status({"cured": False}, None) == 1
