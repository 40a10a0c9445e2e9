"""Folders, our own curves, and what lies beside logs without being one."""

from __future__ import annotations

import json
import math
import sqlite3
from pathlib import Path

import pytest

from sweep.curves import Curves
from sweep.readers import History, Note, Problem, histories


def found(path: Path) -> list[str]:
    items = [item for item in histories(str(path), {}) if not isinstance(item, Note)]
    assert all(isinstance(item, History) for item in items), items
    return [item.id for item in items if isinstance(item, History)]


def trial(folder: Path) -> Curves:
    curves = Curves.from_points(
        [(step, "batch_loss", 1 / (step + 1)) for step in range(40)]
        + [(step, name, 2.0) for step in range(0, 40, 10) for name in ("train_loss", "val_loss", "val_bleu")]
        + [(30.0, "val_acc", math.nan)]
    )
    folder.mkdir(parents=True)
    (folder / "curves.csv").write_text(curves.to_csv())
    (folder / "diagnosis.json").write_text("{}")
    (folder / "metrics.csv").write_text("epoch,val_loss\n0,1\n")
    return curves


def test_our_own_curves_come_back_as_they_were(tmp_path):
    written = trial(tmp_path / "study" / "007")
    for path in (tmp_path / "study" / "007" / "curves.csv", tmp_path / "study" / "007"):
        [history] = histories(str(path), {})
        assert history.id == "study/007"
        assert set(history.curves) == set(written)
        assert all(history.curves[name] == written[name] for name in written)


def test_our_own_curves_cut_off(tmp_path):
    trial(tmp_path / "007")
    file = tmp_path / "007" / "curves.csv"
    file.write_text(file.read_text()[:-30] + "\nnot,a,row\n")
    [problem] = histories(str(file), {})
    assert isinstance(problem, Problem)
    assert "damaged" in problem.reason


def test_a_study_is_its_trials_in_their_order(tmp_path):
    for number in (10, 9, 0):
        trial(tmp_path / f"{number:02d}")
    trial(tmp_path / ".hidden" / "00")
    (tmp_path / "again").symlink_to(tmp_path / "00")
    (tmp_path / "summary.json").write_text(json.dumps({"trials": 3, "runs": []}))
    assert found(tmp_path) == ["00", "09", "10"]


def test_tables_of_data_beside_a_log_are_passed_over(tmp_path):
    (tmp_path / "train.csv").write_text("text,label\nhello,1\n")
    (tmp_path / "test.jsonl").write_text('{"text": "hello", "label": 1}\n' * 2000)
    (tmp_path / "notes.csv").write_bytes(b"\x00\x01")
    (tmp_path / "loss.csv").write_text("epoch,loss,val_loss\n0,1,2\n1,1,1\n")
    assert found(tmp_path) == ["loss"]


def test_a_broken_log_in_a_folder_is_named(tmp_path):
    trial(tmp_path / "a")
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "trainer_state.json").write_text('{"log_history": [')
    first, second = histories(str(tmp_path), {})
    assert first.id == "a"
    assert second.source == str(tmp_path / "b" / "trainer_state.json")


@pytest.mark.parametrize("name", ["mlflow.db", "notes.txt"])
def test_a_folder_without_logs(tmp_path, name):
    (tmp_path / name).write_text("nothing of interest")
    [problem] = histories(str(tmp_path), {})
    assert isinstance(problem, Problem)
    assert "no log found" in problem.reason


def test_somebody_elses_database_is_left_as_it_was(tmp_path, monkeypatch):
    file = tmp_path / "optuna.db"
    with sqlite3.connect(file) as database:
        database.execute("CREATE TABLE trials (id INTEGER)")
    database.close()
    before = file.read_bytes()
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{file}")
    [problem] = histories("mlflow:experiment/digits", {})
    assert isinstance(problem, Problem)
    assert "no database of MLflow's" in problem.reason
    assert file.read_bytes() == before


def test_what_is_no_file(tmp_path):
    [problem] = histories("/dev/null", {})
    assert isinstance(problem, Problem)
    assert "no regular file" in problem.reason
    [problem] = histories(str(tmp_path / "a\nb"), {})
    assert isinstance(problem, Problem)
