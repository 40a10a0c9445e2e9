"""Tables with one run per column."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.log_run import TRAIN, VAL

from sweep.readers import History, histories

STEPS = (100, 200, 300, 400, 500, 600)


def read(folder: Path, header: str, *columns: tuple[float, ...], cut: str = ",") -> list[History]:
    path = folder / "runs.csv"
    rows = [cut.join(map(str, row)) for row in zip(STEPS, *columns, strict=True)]
    path.write_text("\n".join([header, *rows]) + "\n")
    found = list(histories(str(path), {}))
    assert all(isinstance(item, History) for item in found), found
    return [item for item in found if isinstance(item, History)]


@pytest.mark.parametrize(
    ("header", "ids"),
    [
        ("step,lr_0.001,lr_0.01", ["lr_0.001", "lr_0.01"]),
        ("step,lr=1e-3,lr=1e-4", ["lr=1e-3", "lr=1e-4"]),
        ("iter,loss_seed1,loss_seed2", ["seed1", "seed2"]),
        ("step,loss (bs=16),loss (bs=32)", ["bs=16", "bs=32"]),
        ("epoch,run 1,run 2", ["run 1", "run 2"]),
        ("step,adam,sgd", ["adam", "sgd"]),
        ("step,0.001,0.01", ["0.001", "0.01"]),
    ],
)
def test_each_column_is_a_run(tmp_path, header, ids):
    first, second = read(tmp_path, header, TRAIN, VAL)
    assert [first.id, second.id] == ids
    assert first.curves["train_loss"].values.tolist() == list(TRAIN)
    assert second.curves["train_loss"].values.tolist() == list(VAL)
    assert first.curves["train_loss"].steps.tolist() == list(STEPS)
    assert any("loss of a run" in note for note in first.notes) == ("loss" not in header)


def test_a_column_per_run_and_metric(tmp_path):
    header = "step,train_loss_lr0.1,val_loss_lr0.1,train_loss_lr0.2,val_loss_lr0.2"
    first, second = read(tmp_path, header, TRAIN, VAL, VAL, TRAIN)
    assert [first.id, second.id] == ["lr0.1", "lr0.2"]
    assert second.curves["val_loss"].values.tolist() == list(TRAIN)


@pytest.mark.parametrize("header", ["step,train_loss,lr_0", "step,loss,val_loss", "epoch,train_loss,layers"])
def test_columns_that_are_no_runs(tmp_path, header):
    [history] = read(tmp_path, header, TRAIN, VAL)
    assert history.curves["train_loss"].values.tolist() == list(TRAIN)


def test_the_user_says_that_they_are_no_runs(tmp_path):
    read(tmp_path, "step,lr_0.001,lr_0.01", TRAIN, VAL)
    [history] = histories(str(tmp_path / "runs.csv"), {"train_loss": "lr_0.001", "val_loss": "lr_0.01"})
    assert isinstance(history, History)
    assert history.curves["val_loss"].values.tolist() == list(VAL)


def test_such_a_table_in_a_text(tmp_path):
    path = tmp_path / "notes.md"
    rows = "\n".join(f"| {step} | {a} | {b} |" for step, a, b in zip(STEPS, TRAIN, VAL, strict=True))
    path.write_text(f"# Learning rates\n\n| step | loss_seed1 | loss_seed2 |\n|---|---|---|\n{rows}\n")
    first, second = histories(str(path), {})
    assert isinstance(first, History)
    assert isinstance(second, History)
    assert [first.id, second.id] == ["seed1", "seed2"]
