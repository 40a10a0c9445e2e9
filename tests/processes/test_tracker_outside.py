"""A tracker from outside the package records trials and their study."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from helpers.commands import TINY, run_sweep
from my_package import notebook

from sweep import tracking
from sweep.tracking import registry

QUICK = (*TINY, "train.epochs=1", "train.evaluations=2", "engine=loop")


@pytest.fixture(scope="module", autouse=True)
def registered() -> Iterator[None]:
    with patch.dict(registry._REGISTRY.registered):  # for the tests of this file alone
        tracking.register("notebook", notebook.build)
        yield


def pages(tmp_path: Path) -> dict[str, dict[str, Any]]:
    return {file.stem: json.loads(file.read_text()) for file in (tmp_path / "notebook").glob("*.json")}


def test_trials_and_their_study_from_the_command_line(tmp_path):
    record = (f"+record.notebook.folder={tmp_path}/notebook", "record=[]")
    status, said = run_sweep(tmp_path, *QUICK, "-m", "seed=0,1", *record)
    assert status == 0, said
    found = pages(tmp_path)
    assert set(found) == {"study", "study-000", "study-001"}
    assert {page["status"] for page in found.values()} == {"FINISHED"}
    assert found["study"]["tags"]["sweep.complete"] == "2"
    assert "report.html" in found["study"]["files"]
    for trial in ("study-000", "study-001"):
        assert found[trial]["parent"] == str(tmp_path / "notebook" / "study.json")
        assert "val_loss" in {name for _, name, _ in found[trial]["points"]}
        assert found[trial]["tags"]["sweep.state"] == "COMPLETE"
    note = json.loads((tmp_path / "study" / "000" / tracking.NOTE).read_text())
    assert note == {"notebook": str(tmp_path / "notebook" / "study-000.json")}


def test_a_trial_whose_process_died_is_closed_and_a_study_is_continued(tmp_path):
    settings = {"notebook": {"folder": tmp_path / "notebook"}}
    tracking.prepare(settings)
    folder = tmp_path / "study"
    for _ in range(2):
        with tracking.study_run(settings, "study", {}, folder_of(folder)) as study:
            assert study.ids == {"notebook": str(tmp_path / "notebook" / "study.json")}
    info = tracking.RunInfo("study/000", {}, {}, folder_of(folder / "000"))
    with tracking.trial_runs(settings, info, study.ids) as trackers:
        trackers.close = lambda: None  # as after a SIGKILL
    assert pages(tmp_path)["study-000"]["status"] == "RUNNING"
    tracking.close_trial(settings, folder / "000", "KILLED")
    assert pages(tmp_path)["study-000"]["status"] == "KILLED"


def folder_of(path: Path) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    return path
