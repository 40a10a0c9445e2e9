"""A sweep from the command line: a small study of real trials, checked, recorded and resumed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from helpers.commands import SMALL, TINY, run_sweep, sweep
from helpers.tracked import runs

WORDS = (*SMALL, "+sweep=regimes", "+regime=healthy,underfit", "seed=0", "train.epochs=8", "study.name=two")


@pytest.fixture(scope="module")
def study(tmp_path_factory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    outputs = tmp_path_factory.mktemp("study")
    command = [sys.executable, "-m", "sweep", *WORDS, f"outputs={outputs}"]
    return outputs, subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_study_is_checked_and_summed_up(study):
    outputs, done = study
    assert done.returncode in (0, 1), done.stderr
    summary = json.loads((outputs / "two" / "summary.json").read_text())
    assert summary["trials"] == len(summary["runs"]) == 2
    assert [run["expected"] for run in summary["runs"]] == ["healthy", "underfit"]
    assert all(run["state"] == "COMPLETE" for run in summary["runs"])
    counted = sum(sum(row.values()) for row in summary["confusion"].values())
    assert counted == 2
    assert (done.returncode == 0) == (summary["agreed"] == 2)
    assert "diagnosed as expected" in done.stdout


def test_the_trials_hang_under_one_finished_parent_with_the_report(study):
    outputs, _ = study
    found = {run.data.tags["sweep.trial"]: run for run in runs(outputs)}
    assert set(found) == {"all", "0", "1"}
    assert {run.info.status for run in found.values()} == {"FINISHED"}
    parent = found["all"].info.run_id
    assert {found[trial].data.tags["mlflow.parentRunId"] for trial in "01"} == {parent}
    page = (outputs / "two" / "report.html").read_text()
    assert all(f'title="trial {label}"' in page for label in ("000", "001"))
    assert "underfit" in page


def test_the_same_command_again_does_nothing_twice(study):
    outputs, done = study
    before = {path: path.stat().st_mtime_ns for path in outputs.glob("two/*/curves.csv")}
    assert len(before) == 2
    assert sweep(outputs, *WORDS).status == done.returncode
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert len(runs(outputs)) == 3


@pytest.mark.usefixtures("windows")
def test_one_trial_after_another_needs_nothing_of_the_platform(tmp_path):
    status, said = run_sweep(tmp_path, *TINY, "-m", "seed=0,1", "train.epochs=1", "record=[]", "engine=loop")
    assert status == 0, said
    assert sorted(folder.name for folder in (tmp_path / "study").glob("00?")) == ["000", "001"]
