"""Tables without names: read where the numbers leave one reading, said as a guess; else asked back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from helpers.log_run import ACC, TRAIN, VAL

from sweep.readers import History, Problem, histories

ROWS = [(100 * epoch, train, val) for epoch, (train, val) in enumerate(zip(TRAIN, VAL, strict=True), start=1)]


def read(folder: Path, text: str, columns: Mapping[str, str] | None = None) -> History | Problem:
    path = folder / "numbers.txt"
    path.write_text(text)
    [found] = histories(str(path), columns or {})
    return found


@pytest.mark.parametrize("cut", [",", ";", "\t", " ", "    ", " | ", ", "])
def test_a_rising_first_column_is_the_clock(tmp_path, cut):
    found = read(tmp_path, "".join(cut.join(map(str, row)) + "\n" for row in ROWS))
    assert isinstance(found, History), found
    assert found.curves["train_loss"].values.tolist() == list(TRAIN)
    assert found.curves["val_loss"].values.tolist() == list(VAL)
    assert found.curves["val_loss"].steps.tolist() == [100, 200, 300, 400, 500, 600]
    assert found.columns == {"train_loss": "2", "val_loss": "3"}
    assert "a guess" in found.notes[0]


def test_two_columns_are_a_clock_and_a_training_loss(tmp_path):
    found = read(tmp_path, "".join(f"{step} {train}\n" for step, train, _ in ROWS))
    assert isinstance(found, History), found
    assert set(found.curves) == {"train_loss"}


@pytest.mark.parametrize(
    "rows",
    [
        [(step, train, val, acc) for (step, train, val), acc in zip(ROWS, ACC, strict=True)],
        [(train, val) for _, train, val in ROWS],
        [(step, train, acc) for (step, train, _), acc in zip(ROWS, ACC, strict=True)],
        [(step, train, 0.001) for step, train, _ in ROWS],
        [(step, 10 + step) for step, _, _ in ROWS],
        ROWS[:2],
    ],
    ids=["four columns", "no clock", "an accuracy", "a learning rate", "rising values", "two rows"],
)
def test_where_the_numbers_leave_more_than_one_reading_it_asks(tmp_path, rows):
    found = read(tmp_path, "".join(",".join(map(str, row)) + "\n" for row in rows))
    assert isinstance(found, Problem), found
    assert "--columns step=1,train_loss=2" in found.reason


def test_columns_say_which_is_which_by_their_places(tmp_path):
    text = "".join(f"{acc},{val},{train},{step}\n" for (step, train, val), acc in zip(ROWS, ACC, strict=True))
    found = read(tmp_path, text, {"step": "4", "train_loss": "3", "val_loss": "2", "val_acc": "1"})
    assert isinstance(found, History), found
    assert found.curves["train_loss"].values.tolist() == list(TRAIN)
    assert found.curves["val_acc"].values.tolist() == list(ACC)
    assert found.curves["val_loss"].steps.tolist() == [100, 200, 300, 400, 500, 600]


def test_a_last_row_that_breaks_off(tmp_path):
    found = read(tmp_path, "".join(",".join(map(str, row)) + "\n" for row in ROWS) + "700,0.7")
    assert isinstance(found, Problem | History)
    if isinstance(found, History):
        assert found.curves["val_loss"].values.tolist() == list(VAL)
