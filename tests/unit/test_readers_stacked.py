"""Tables with several runs, splits or metrics below each other."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sweep.readers import History, histories

TRAIN, VAL = [4.0, 3.0, 2.0, 1.0], [5.0, 4.0, 3.0, 3.5]


def read(path: Path) -> list[History]:
    found = list(histories(str(path), {}))
    assert all(isinstance(item, History) for item in found), found
    return [item for item in found if isinstance(item, History)]


def table(folder: Path, header: str, *rows: str) -> Path:
    path = folder / "log.csv"
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


@pytest.mark.parametrize("interleaved", [False, True])
@pytest.mark.parametrize(
    ("column", "cells", "ids"),
    [
        ("seed", "012", ["seed 0", "seed 1", "seed 2"]),
        ("fold", "123", ["fold 1", "fold 2", "fold 3"]),
        ("Run", ["a", "b", "c"], ["a", "b", "c"]),
    ],
)
def test_runs_told_apart_by_a_column(tmp_path, column, cells, ids, interleaved):
    rows = [(epoch, at) for at in range(3) for epoch in range(4)]
    rows = sorted(rows) if interleaved else rows
    lines = [f"{cells[at]},{epoch},{TRAIN[epoch] + at},{VAL[epoch] + at}" for epoch, at in rows]
    found = read(table(tmp_path, f"{column},epoch,train_loss,val_loss", *lines))
    assert [item.id for item in found] == ids
    for at, item in enumerate(found):
        assert item.curves["train_loss"].values.tolist() == [loss + at for loss in TRAIN]
        assert item.curves["val_loss"].steps.tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("cells", ["0000", "0123", ["a", "", "a", "b"]])
def test_a_column_that_tells_no_runs_apart(tmp_path, cells):
    lines = [f"{cells[epoch]},{epoch},{loss}" for epoch, loss in enumerate(TRAIN)]
    [history] = read(table(tmp_path, "seed,epoch,train_loss", *lines))
    assert history.curves["train_loss"].values.tolist() == TRAIN


def test_a_split_per_row(tmp_path):
    pairs = enumerate(zip(TRAIN, VAL, strict=True))
    lines = [
        f"{epoch},{phase},{loss}" for epoch, pair in pairs for phase, loss in zip(("train", "val"), pair, strict=True)
    ]
    [history] = read(table(tmp_path, "epoch,phase,loss", *lines))
    assert history.curves["train_loss"].values.tolist() == TRAIN
    assert history.curves["val_loss"].values.tolist() == VAL
    assert history.curves["val_loss"].steps.tolist() == [0, 1, 2, 3]


def test_a_split_per_line_of_json(tmp_path):
    path = tmp_path / "log.jsonl"
    rows = [
        {"epoch": at, "mode": mode, "loss": loss[at]}
        for at in range(4)
        for mode, loss in (("train", TRAIN), ("val", VAL))
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    [history] = read(path)
    assert history.curves["train_loss"].values.tolist() == TRAIN
    assert history.curves["val_loss"].values.tolist() == VAL


def test_a_row_per_point(tmp_path):
    both = (("train_loss", TRAIN), ("val_loss", VAL))
    [history] = read(
        table(tmp_path, "step,metric,value", *[f"{at},{name},{x[at]}" for name, x in both for at in range(4)])
    )
    assert history.curves["train_loss"].values.tolist() == TRAIN
    assert history.curves["val_loss"].values.tolist() == VAL
    assert history.curves["val_loss"].steps.tolist() == [0, 1, 2, 3]


def test_epochs_that_begin_again_are_counted_on(tmp_path):
    lines = [f"{epoch},{loss}" for epoch, loss in zip([0, 1, 2, 0], TRAIN, strict=True)]
    [history] = read(table(tmp_path, "epoch,train_loss", *lines))
    assert history.curves["train_loss"].values.tolist() == TRAIN
