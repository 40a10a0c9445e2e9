"""A sweep from the command line: a small study of real trials, checked, recorded and resumed."""

from __future__ import annotations

import json

import pytest
from test_end_to_end import SMALL, runs, sweep

ARGS = (*SMALL, "+sweep=regimes", "+regime=healthy,underfit", "seed=0", "train.epochs=8", "study.name=two")


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    tmp_path = tmp_path_factory.mktemp("study")
    return tmp_path, sweep(tmp_path, *ARGS)


def test_the_study_is_checked_and_summed_up(study):
    tmp_path, done = study
    assert done.returncode in (0, 1), done.stderr
    summary = json.loads((tmp_path / "out" / "two" / "summary.json").read_text())
    assert summary["trials"] == len(summary["runs"]) == 2
    assert [run["expected"] for run in summary["runs"]] == ["healthy", "underfit"]
    assert all(run["state"] == "COMPLETE" for run in summary["runs"])
    counted = sum(sum(row.values()) for row in summary["confusion"].values())
    assert counted == 2
    assert (done.returncode == 0) == (summary["agreed"] == 2)
    assert "diagnosed as expected" in done.stdout


def test_the_trials_hang_under_one_finished_parent_with_the_report(study):
    tmp_path, _ = study
    found = {run.data.tags["sweep.trial"]: run for run in runs(tmp_path)}
    assert set(found) == {"all", "0", "1"}
    assert {run.info.status for run in found.values()} == {"FINISHED"}
    parent = found["all"].info.run_id
    assert {found[trial].data.tags["mlflow.parentRunId"] for trial in "01"} == {parent}
    page = (tmp_path / "out" / "two" / "report.html").read_text()
    assert page.count("data:image/svg+xml;base64,") >= 1
    assert "underfit" in page


def test_the_same_command_again_does_nothing_twice(study):
    tmp_path, _ = study
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "out" / "two").glob("*/curves.csv")}
    assert len(before) == 2
    sweep(tmp_path, *ARGS)
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert len(runs(tmp_path)) == 3


def test_a_misspelt_key_in_a_sweep_is_refused(tmp_path):
    done = sweep(tmp_path, "-m", "train.lerning_rate=1,2")
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) <= 3
    assert "lerning_rate" in done.stderr
