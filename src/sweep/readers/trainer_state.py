"""The Hugging Face Trainer's ``trainer_state.json``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sweep.readers.base import Columns, Read, UnreadableError
from sweep.readers.json_file import load
from sweep.readers.row_log import Rows, history, numbers


def read(path: Path, name: str, columns: Columns) -> Read:
    """The history of one run."""
    yield from of(load(path), path, name, columns)


def of(state: Any, path: Path, name: str, columns: Columns) -> Read:
    """The history in a state that is loaded already. The row that sums the run up (``train_runtime``) is no point."""
    log = state.get("log_history")
    if not isinstance(log, list) or not all(isinstance(row, dict) for row in log):
        raise UnreadableError("its log_history is no list of objects; was it written by a Trainer?")
    rows = Rows()
    for row in log:
        if "train_runtime" not in row:
            rows.add(dict(numbers(row)))
    if not rows.count:
        raise UnreadableError("its log_history is empty: the run had not logged yet (see logging_steps)")
    yield history(rows, str(path), name, columns)
