"""Tables without names: rows of numbers, of which a rising first column can only be the clock."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from sweep.curves import Floats
from sweep.readers.base import Columns, Head, NoSeriesError, Read, Reader
from sweep.readers.cells import is_absent, number
from sweep.readers.limits import bounded_lines
from sweep.readers.row_histories import histories_of
from sweep.readers.row_log import Rows
from sweep.readers.text.lines import encoding_of

FEWEST = 3
"""Rows without which nothing is guessed."""
ALIKE = 5.0
"""How many times larger than the training loss a validation loss may begin, or smaller."""
ASKED = ("step", "train_loss", "val_loss")
CUTS = (";", "\t", "|", ",", " ")


def sniff(head: Head) -> bool:
    """Whether the first lines are numbers and nothing else, two or more in each and equally many."""
    lines = [line for line in head.text.splitlines()[:6] if line.strip()]
    if not head.whole and len(lines) > 1:
        lines = lines[:-1]
    rows = [_numbers(line, _cut(lines[0])) for line in lines] if lines else []
    return bool(rows) and all(row is not None and len(row) == len(rows[0] or ()) > 1 for row in rows)


def read(path: Path, name: str, columns: Columns) -> Read:
    """The run in the table: by ``columns``, which call its columns 1, 2, 3, ..., else by what its numbers leave open.

    Raises ``NoSeriesError``, which asks for ``columns``, where that is more than one reading.
    """
    rows = Rows()
    for cells in _rows(path):
        rows.add({str(place): value for place, value in enumerate(cells, start=1) if value is not None})
    if columns:
        yield from histories_of(rows, str(path), name, columns)
        return
    guess = _guess(rows)
    note = "the table names no columns: read as " + ", ".join(f"{ours} in column {at}" for ours, at in guess.items())
    for history in histories_of(rows, str(path), name, guess, [f"{note} (a guess; --columns says otherwise)"]):
        yield replace(history, id=name)


def _guess(rows: Rows) -> dict[str, str]:
    """Which column is which. Raises ``NoSeriesError`` where the numbers do not tell."""
    width = len(rows.names)
    columns = [rows.values(str(place)) for place in range(1, width + 1) if str(place) in rows.names]
    if rows.count >= FEWEST and width in (2, 3) and all(column.size == rows.count for column in columns):
        clock, *losses = columns
        alone = len(losses) == 1
        if _rises(clock) and _falls(losses[0]) and (alone or _is_loss_beside(losses[1], losses[0])):
            return dict(zip(ASKED, rows.names, strict=False))
    asked = ",".join(f"{ours}={place}" for place, ours in enumerate(ASKED[: max(width, 2)], start=1))
    raise NoSeriesError(
        f"{width} columns of numbers without names; say which is which by their places: --columns {asked}"
    )


def _rises(clock: Floats) -> bool:
    return bool(np.isfinite(clock).all() and (np.diff(clock) > 0).all() and clock[0] >= 0)


def _falls(loss: Floats) -> bool:
    """Whether this can only be a loss: it ends below its start, or in what is no number."""
    if not np.isfinite(loss).all():
        return True
    return bool((loss >= 0).all() and loss[-1] < loss[0])


def _is_loss_beside(val: Floats, train: Floats) -> bool:
    """Whether a third column is a loss of the same kind: it begins at the same scale, and is no share that rises."""
    start = float(val[0])
    other = float(train[0])
    if not np.isfinite([start, other]).all() or min(start, other) <= 0:
        return False
    share = bool(np.nanmax(val) <= 1 and val[-1] > val[0])
    return other / ALIKE <= start <= other * ALIKE and not share


def _cut(line: str) -> str:
    """What parts the numbers of a line."""
    return next((cut for cut in CUTS if cut in line.strip()), " ")


def _numbers(line: str, cut: str) -> list[float | None] | None:
    """The numbers of a line, ``None`` for a gap; ``None`` where it holds anything else."""
    text = line.strip().removeprefix("|").removesuffix("|") if cut == "|" else line.strip()
    cells = re.split(r"[ \t]+", text) if cut in " \t" else text.split(cut)
    found = [number(cell) for cell in cells]
    known = all(value is not None or is_absent(cell) for value, cell in zip(found, cells, strict=True))
    return found if known and any(value is not None for value in found) else None


def _rows(path: Path) -> Iterator[list[float | None]]:
    """The rows of the table; other lines (a last one that breaks off) are left out."""
    with path.open(encoding=encoding_of(path), errors="replace") as file:
        cut = ""
        for line in bounded_lines(file):
            if not line.strip():
                continue
            cut = cut or _cut(line)
            cells = _numbers(line, cut)
            if cells is not None:
                yield cells


READER = Reader("table without names", sniff, read)
