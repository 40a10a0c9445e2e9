"""The Hugging Face Trainer's ``trainer_state.json``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from sweep.readers.base import Columns, Head, Read, Reader, UnreadableError
from sweep.readers.json_file import load
from sweep.readers.row_histories import histories_of
from sweep.readers.row_log import Rows, numbers

FILE = "trainer_state.json"


def sniff(head: Head) -> bool:
    """Whether the file has the Trainer's name for it, and is JSON."""
    return head.path.name == FILE and head.text.lstrip()[:1] in ("{", "[")


def find(folder: Path, names: frozenset[str]) -> Path | None:
    """The state of an output folder: its own, else that of its last checkpoint."""
    if FILE in names:
        return folder / FILE
    saved = [path for path in folder.glob("checkpoint-*") if (path / FILE).is_file() and not path.is_symlink()]
    return max(saved, key=_step) / FILE if saved else None


def read(path: Path, name: str, columns: Columns) -> Read:
    """The history of one run."""
    yield from of(load(path), path, name, columns)


def of(state: Any, path: Path, name: str, columns: Columns) -> Read:
    """The history in a state that is loaded already. The row that sums the run up (``train_runtime``) is no point."""
    log = state.get("log_history") if isinstance(state, dict) else None
    if not isinstance(log, list) or not all(isinstance(row, dict) for row in log):
        raise UnreadableError("its log_history is no list of objects; was it written by a Trainer?")
    rows = Rows()
    for row in log:
        if "train_runtime" not in row:
            rows.add(dict(numbers(row)))
    if not rows.count:
        raise UnreadableError("its log_history is empty: the run had not logged yet (see logging_steps)")
    yield from histories_of(rows, str(path), name, columns)


def _step(folder: Path) -> int:
    digits = re.search(r"\d+", folder.name)
    return int(digits[0]) if digits else -1


READER = Reader("trainer_state.json", sniff, read, find)
