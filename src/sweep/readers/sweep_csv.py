"""Our own ``curves.csv``."""

from __future__ import annotations

import csv
import re
from array import array
from pathlib import Path

from sweep.curves import Curves, Series
from sweep.readers.base import Columns, Head, History, Read, Reader, UnreadableError
from sweep.readers.limits import bounded_lines

FILE = "curves.csv"
HEADER = re.compile(r"step(,(batch_loss|learning_rate|grad_norm|epoch|(train|val)_[a-z][a-z0-9_]*))+\s*")


def sniff(head: Head) -> bool:
    """Whether the file has our name and our columns."""
    return head.path.name == FILE and HEADER.fullmatch(head.text.partition("\n")[0]) is not None


def find(folder: Path, names: frozenset[str]) -> Path | None:
    """The curves of a trial's folder."""
    file = folder / FILE
    if FILE not in names or not file.is_file():
        return None
    with file.open("rb") as opened:
        first = opened.readline(2**16).decode("utf-8", errors="replace")
    return file if HEADER.fullmatch(first) else None


def read(path: Path, name: str, columns: Columns) -> Read:
    """The history of one trial. Raises ``UnreadableError`` where a cell is no number."""
    del columns  # its names are ours
    try:
        curves = _curves(path)
    except (ValueError, TypeError, csv.Error) as error:
        raise UnreadableError(f"is damaged: {error}; the run may have been killed while writing") from error
    if not any(len(curves[series]) for series in curves):
        raise UnreadableError("has a header and no rows: nothing was recorded")
    yield History(str(path), name, curves, {series: series for series in curves})


def _curves(path: Path) -> Curves:
    """The series of a table, row by row. Raises ``ValueError`` where a cell is no number."""
    with path.open(encoding="utf-8", newline="") as file:
        table = csv.reader(bounded_lines(file))
        names = next(table)[1:]
        steps = {name: array("d") for name in names}
        values = {name: array("d") for name in names}
        for row in table:
            if not row:
                continue
            step = float(row[0])
            for name, cell in zip(names, row[1:], strict=True):
                if cell:
                    steps[name].append(step)
                    values[name].append(float(cell))
    return Curves({name: Series(steps[name], values[name]) for name in names})


READER = Reader("curves.csv", sniff, read, find)
