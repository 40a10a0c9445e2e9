"""One run in many kinds of text, alone and among other lines: the same series, on the same clock."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from helpers import reading
from helpers.console_kinds import PEOPLE, PROGRAMS
from helpers.log_run import Kind, around, between
from helpers.table_kinds import BARS, TABLES

from sweep.readers import History

KINDS = {
    f"{group}: {name}": kind
    for group, kinds in (("program", PROGRAMS), ("people", PEOPLE), ("bar", BARS), ("table", TABLES))
    for name, kind in kinds.items()
}


def only(folder: Path, text: str) -> History:
    path = folder / "train.log"
    path.write_text(text, newline="", encoding="utf-8")
    return reading.only(path)


@pytest.mark.parametrize("arrange", [lambda kind: kind.text, around, between], ids=["alone", "around", "between"])
@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_the_run_is_read(tmp_path, kind: Kind, arrange: Callable[[Kind], str]):
    history = only(tmp_path, arrange(kind))
    for name, values in kind.series.items():
        series = history.curves[name]
        assert series.values.tolist() == pytest.approx(values), (name, history.columns)
        assert series.steps.tolist() == list(kind.steps), name
    if "val_loss" not in kind.series:
        assert "val_loss" not in history.curves


def test_there_are_kinds_enough():
    assert len(KINDS) >= 54
