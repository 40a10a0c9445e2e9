"""Treatment: the first remedy advised that can act, on top of those before, until healthy or out of steps."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from helpers.commands import run_sweep
from helpers.settings import resolved
from mlflow import MlflowClient

from sweep.curves import Curves
from sweep.diagnosis import diagnose
from sweep.experiments.treatment import report as report
from sweep.experiments.treatment.plan import TreatmentPlan, treat

TINY = (
    "recipe.sizes.train=96", "recipe.sizes.validation=64", "recipe.sizes.test=64", "recipe.model.width=16",
    "recipe.model.layers=1", "recipe.reference.epochs=6", "train.evaluations=8", "engine=loop", "engine.device=cpu",
)  # fmt: skip


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
    assert diagnose(kept).regime == "healthy"
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


@pytest.fixture(scope="module")
def treated(tmp_path_factory):
    tmp_path = tmp_path_factory.mktemp("treated")
    args = (*TINY, "+regime=underfit", "treat=true", "treat_steps=1")
    return tmp_path, args, run_sweep(tmp_path, *args)


def test_before_and_after_side_by_side(treated):
    tmp_path, _, (status, out) = treated
    folder = tmp_path / "study"
    summary = json.loads((folder / "summary.json").read_text())
    assert summary["trials"] == len(summary["runs"]) == 2
    before, after = summary["treatment"]
    assert before["remedy"] is None
    assert before["diagnosed"] == "underfit"
    assert after["remedy"] in ("raise_rate", "train_longer")
    assert summary["cured"] == (after["diagnosed"] == "healthy")
    assert status == (0 if summary["cured"] else 1)
    assert (folder / "treatment.png").stat().st_size > 10_000
    assert "Before and after" in (folder / "report.html").read_text()
    assert after["change"].split(" -> ")[1] in " ".join(out.split())
    said = json.loads((folder / "001" / "diagnosis.json").read_text())
    assert said["expected"] is None
    assert said["remedies"][0]["remedy"] == after["remedy"]
    assert report.verdict(summary) in " ".join(out.split())


def test_parent_and_children_in_mlflow(treated):
    tmp_path, *_ = treated
    client = MlflowClient(f"sqlite:///{tmp_path}/mlflow.db")
    found = client.search_runs([client.get_experiment_by_name("sweep").experiment_id])
    parents = [run for run in found if "mlflow.parentRunId" not in run.data.tags]
    assert len(found) == 3
    assert len(parents) == 1
    assert {run.info.status for run in found} == {"FINISHED"}
    remedies = {run.data.tags.get("sweep.remedies") for run in found if run not in parents}
    assert "" in remedies
    assert len(remedies) == 2


def test_the_same_command_again_does_nothing_twice(treated):
    tmp_path, args, (status, _) = treated
    before = {path: path.stat().st_mtime_ns for path in tmp_path.glob("study/*/curves.csv")}
    again, _ = run_sweep(tmp_path, *args)
    assert again == status
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_a_sweep_is_not_treated(tmp_path):
    status, out = run_sweep(tmp_path, *TINY, "-m", "seed=0,1", "treat=true")
    assert status == 2
    assert "treat" in out
    assert not (tmp_path / "study").exists()
