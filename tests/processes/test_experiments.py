"""The audit, the remedy table and a treatment from the command line, on trainings of a few seconds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import pytest
from helpers.commands import TINY, run_sweep
from helpers.settings import resolved
from mlflow import MlflowClient

from sweep import diagnosis, recipes
from sweep.engines.job import TrainingResult
from sweep.experiments.audit import rule
from sweep.experiments.audit import runs as audit_runs
from sweep.experiments.treatment import report

AUDIT = (*TINY, "recipe.reference.epochs=2", "engine=loop")
TREATMENT = (
    *TINY,
    "recipe.reference.epochs=8",
    "train.evaluations=8",
    "engine=loop",
    "+regime=underfit",
    "treat=true",
    "treat_steps=1",
)


def test_no_code_of_the_diagnosis_is_called(monkeypatch):
    def never(*args, **kwargs):
        raise AssertionError("the audit asked the diagnosis")

    config = resolved(*AUDIT, "audit=true", "train.batch_size=16")
    for name in ("diagnose", "Monitor"):
        monkeypatch.setattr(diagnosis, name, never)
    monkeypatch.setattr("sweep.diagnosis.verdict.diagnose", never)
    losses = audit_runs.measure(config, recipes.build(config.recipe, 0), TrainingResult({"test_loss": 2.3}, 6, {}))
    assert set(losses) >= {"last", "best", "seed_repeat", "longer", "faster", "slower", "chance"}
    assert all(loss is None or loss > 0 for loss in losses.values())
    assert rule.judge(rule.numbers(losses), 0.1) in ("healthy", "overfit", "underfit", "erratic", "mixed")


def test_a_small_audit_from_the_command_line(tmp_path):
    status, out = run_sweep(
        tmp_path, "+sweep=audit", *AUDIT, "study.trials=2", "recipe=digits", "regime.batch_size=0.25",
        "regime.epochs=range(1,3)",
    )  # fmt: skip
    folder = tmp_path / "study"
    summary = json.loads((folder / "summary.json").read_text())
    assert status == 0, out
    assert len(summary["audit"]["runs"]) == len(summary["runs"]) == 2
    assert summary["audit"]["judged"] + summary["audit"]["mixed"] == 2
    assert (folder / "audit.png").stat().st_size > 10_000
    assert "Diagnosis and intervention" in (folder / "report.html").read_text()
    assert "agree" in out


def test_a_small_table_from_the_command_line(tmp_path):
    words = ("recipe.reference.epochs=3", "seed=0", "+regime=underfit", "+remedy=none,raise_rate,cleaner_data")
    status, out = run_sweep(tmp_path, "+sweep=cures", *TINY, *words)
    folder = tmp_path / "study"
    summary = json.loads((folder / "summary.json").read_text())
    assert status == 0, out
    assert len(summary["runs"]) == 3
    if summary["runs"][0]["diagnosed"] == "underfit":
        assert {row["remedy"] for row in summary["cures"]} == {"raise_rate", "cleaner_data"}
        assert (folder / "cures.png").stat().st_size > 5_000
        assert "raise_rate" in (folder / "report.html").read_text()
    assert "report" in out


class Treated(NamedTuple):
    """The outputs of a treatment, its exit status, and what it printed."""

    outputs: Path
    status: int
    out: str


@pytest.fixture(scope="module")
def treated(tmp_path_factory: pytest.TempPathFactory) -> Treated:
    tmp_path = tmp_path_factory.mktemp("treated")
    return Treated(tmp_path, *run_sweep(tmp_path, *TREATMENT))


def test_before_and_after_side_by_side(treated):
    folder = treated.outputs / "study"
    words = " ".join(treated.out.split())
    summary = json.loads((folder / "summary.json").read_text())
    assert summary["trials"] == len(summary["runs"]) == 2
    before, after = summary["treatment"]
    assert before["remedy"] is None
    assert before["diagnosed"] == "underfit"
    assert after["remedy"] in ("raise_rate", "train_longer")
    assert summary["cured"] == (after["diagnosed"] == "healthy")
    assert treated.status == (0 if summary["cured"] else 1)
    assert (folder / "treatment.png").stat().st_size > 10_000
    assert "Before and after" in (folder / "report.html").read_text()
    assert after["change"].split(" -> ")[1] in words
    said = json.loads((folder / "001" / "diagnosis.json").read_text())
    assert said["expected"] is None
    assert said["remedies"][0]["remedy"] == after["remedy"]
    assert report.verdict(summary) in words


def test_parent_and_children_in_mlflow(treated):
    client = MlflowClient(f"sqlite:///{treated.outputs}/mlflow.db")
    found = client.search_runs([client.get_experiment_by_name("sweep").experiment_id])
    parents = [run for run in found if "mlflow.parentRunId" not in run.data.tags]
    assert len(found) == 3
    assert len(parents) == 1
    assert {run.info.status for run in found} == {"FINISHED"}
    remedies = {run.data.tags.get("sweep.remedies") for run in found if run not in parents}
    assert "" in remedies
    assert len(remedies) == 2


def test_the_same_command_again_does_nothing_twice(treated):
    before = {path: path.stat().st_mtime_ns for path in treated.outputs.glob("study/*/curves.csv")}
    again, _ = run_sweep(treated.outputs, *TREATMENT)
    assert len(before) == 2
    assert again == treated.status
    assert {path: path.stat().st_mtime_ns for path in before} == before
