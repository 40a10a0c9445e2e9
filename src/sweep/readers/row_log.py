"""Logs that are a row per moment: rows of named numbers, gathered into columns."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sweep.curves import Floats
from sweep.readers.cells import number
from sweep.readers.long_format import told

ROOM = 12 * 2**20
"""Values that are kept of one log; of a longer one every second, fourth, ... of the longest columns."""
BLOCK = 2**18
"""Rows between two looks at the room that is left."""


class Column:
    """One name's values, and the rows they stand in."""

    __slots__ = ("rows", "settled", "stride", "values")

    def __init__(self) -> None:
        self.rows = array("I")
        self.values = array("d")
        self.stride = 1
        self.settled = 0

    def thin(self) -> None:
        """Keep every ``stride``-th of what came since the last call."""
        self.rows = self.rows[: self.settled] + self.rows[self.settled :: self.stride]
        self.values = self.values[: self.settled] + self.values[self.settled :: self.stride]
        self.settled = len(self.values)

    def halve(self) -> None:
        """Keep every second value, of those to come too."""
        self.rows = self.rows[::2]
        self.values = self.values[::2]
        self.stride *= 2
        self.settled = len(self.values)


class Rows:
    """Collects rows, each a mapping of names to numbers; a name may be missing in any row."""

    def __init__(self) -> None:
        self.count = 0
        self._columns: dict[str, Column] = {}

    def add(self, row: Mapping[str, float]) -> None:
        """Add one row: what is missing in it was not recorded then."""
        for name, value in row.items():
            column = self._columns.get(name)
            if column is None:
                column = self._columns[name] = Column()
            column.rows.append(self.count)
            column.values.append(value)
        self.count += 1
        if not self.count % BLOCK:
            self._make_room()

    def _make_room(self) -> None:
        columns = list(self._columns.values())
        for column in columns:
            if column.stride > 1:
                column.thin()
        while sum(len(column.values) for column in columns) > ROOM:
            max(columns, key=lambda column: len(column.values)).halve()

    @property
    def names(self) -> list[str]:
        """The columns met so far."""
        return list(self._columns)

    @property
    def thinned(self) -> bool:
        """Whether some values were left out to save memory."""
        return any(column.stride > 1 for column in self._columns.values())

    def size(self, name: str) -> int:
        """How many values a column holds."""
        return len(self._columns[name].values)

    def where(self, name: str) -> NDArray[np.intp]:
        """The rows in which a column has a value, shape ``(values,)``."""
        return np.array(self._columns[name].rows, dtype=np.intp)

    def values(self, name: str) -> Floats:
        """The values of a column, shape ``(values,)``."""
        return np.array(self._columns[name].values, dtype=float)

    def spread(self, name: str) -> Floats:
        """A column over all rows, shape ``(count,)``, NaN where it has no value."""
        full = np.full(self.count, math.nan)
        full[self.where(name)] = self.values(name)
        return full

    def parted(self, labels: Sequence[str]) -> dict[str, Rows]:
        """The rows of each run, by its label; ``labels`` holds one per row."""
        codes = {label: code for code, label in enumerate(dict.fromkeys(labels))}
        code = np.array([codes[label] for label in labels])
        parts: dict[str, Rows] = {}
        for label, wanted in codes.items():
            mine = code == wanted
            parts[label] = self._taken(mine)
        return parts

    def _taken(self, mine: NDArray[np.bool_]) -> Rows:
        part = Rows()
        part.count = int(mine.sum())
        place = np.cumsum(mine) - 1
        for name, column in self._columns.items():
            rows = self.where(name)
            kept = mine[rows]
            if kept.any():
                own = part._columns[name] = Column()
                own.rows = array("I", place[rows[kept]].tolist())
                own.values = array("d", self.values(name)[kept].tolist())
                own.stride = column.stride
        return part


def row(value: Mapping[str, Any]) -> dict[str, float]:
    """The numbers of a JSON object, under the names that its words give them."""
    return told(dict(numbers(value)), {name: word for name, word in value.items() if isinstance(word, str)})


def numbers(row: Mapping[str, Any], prefix: str = "") -> Iterable[tuple[str, float]]:
    """The numbers of a JSON object, those of nested objects as ``outer/inner``; a number in quotes is one too.

    ``None`` is left out: a row says nothing of what was not recorded at its moment, and tables turned into JSON have
    it in every gap.
    """
    for name, value in row.items():
        if isinstance(value, Mapping):
            yield from numbers(value, f"{prefix}{name}/")
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield prefix + name, _float(value)
        elif isinstance(value, str) and len(value) < 40 and (quoted := number(value)) is not None:
            yield prefix + name, quoted


def _float(value: int | float) -> float:
    try:
        return float(value)
    except OverflowError:  # an integer of more than 308 digits
        return math.inf
