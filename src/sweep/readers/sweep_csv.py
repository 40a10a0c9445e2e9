"""Our own ``curves.csv``."""

from __future__ import annotations

import re
from pathlib import Path

from sweep.curves import Curves
from sweep.readers.base import Columns, History, Read, UnreadableError, small_enough

FILE = "curves.csv"
HEADER = re.compile(r"step(,(batch_loss|learning_rate|grad_norm|epoch|(train|val)_[a-z][a-z0-9_]*))+\s*")


def read(path: Path, name: str, columns: Columns) -> Read:
    """The history of one trial. Raises ``UnreadableError`` where a cell is no number."""
    del columns  # its names are ours
    small_enough(path)
    try:
        curves = Curves.from_csv(path.read_text(encoding="utf-8"))
    except (ValueError, TypeError) as error:
        raise UnreadableError(f"is damaged: {error}; the run may have been killed while writing") from error
    if not any(len(curves[series]) for series in curves):
        raise UnreadableError("has a header and no rows: nothing was recorded")
    yield History(str(path), name, curves, {series: series for series in curves})
