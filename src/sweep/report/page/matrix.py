"""Expected verdicts by diagnosed ones, and how many runs have each verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sweep.regimes import VERDICTS

Record = Mapping[str, Any]
FAILED, NONE_YET = "failed", "no verdict yet"


class Cell(NamedTuple):
    """A run in a cell of the matrix, and its place among all runs."""

    place: int
    record: Record


class Row(NamedTuple):
    """A row of the matrix: what was expected, and per column the runs diagnosed so."""

    expected: str
    cells: list[tuple[str, list[Cell]]]


class Matrix(NamedTuple):
    """Expected regimes by diagnosed ones."""

    columns: list[str]
    rows: list[Row]


class Share(NamedTuple):
    """A verdict's stretch of the bar of all runs, in thousandths of its length."""

    name: str
    start: float
    length: float


def matrix(rows: Sequence[Record]) -> Matrix:
    """Expected regimes by diagnosed ones; runs of which nothing was expected share a row without a name."""
    found = {column(one) for one in rows} - {NONE_YET}
    expected = {one["expected"] for one in rows}
    columns = [name for name in (*VERDICTS, FAILED) if name in found | expected]
    made = []
    for name in (*VERDICTS, ""):
        if name in expected:
            own = [Cell(place, one) for place, one in enumerate(rows) if one["expected"] == name]
            cells = [(other, [cell for cell in own if column(cell.record) == other]) for other in columns]
            made.append(Row(name, cells))
    return Matrix(columns, made)


def column(record: Record) -> str:
    """The verdict of a run, or why it has none."""
    if record["verdict"]:
        return str(record["verdict"])
    return FAILED if record["state"] == "FAIL" else NONE_YET


def count(rows: Sequence[Record]) -> dict[str, int]:
    """How many runs have each verdict, in the order of the catalogue."""
    found = Counter(column(one) for one in rows)
    return {name: found[name] for name in (*VERDICTS, FAILED, NONE_YET) if found[name]}


def bar(counts: Mapping[str, int]) -> list[Share]:
    """Counts as stretches of one bar, with a small gap between them."""
    total = sum(counts.values())
    start = 0.0
    made = []
    for name, many in counts.items():
        length = 1000 * many / total
        made.append(Share(name, round(start, 1), round(max(length - 2, 1), 1)))
        start += length
    return made
