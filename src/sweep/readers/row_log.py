"""Logs that are a row per moment: rows of named numbers, gathered into columns."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sweep.curves import Floats
from sweep.readers.cells import number
from sweep.readers.long_format import told

ROOM = 8 * 2**20
"""Values that are kept of one log; of a longer one every second row, every fourth, ..."""
BLOCK = 2**18
"""Rows between two looks at the room that is left."""
RARE = 64
"""A column with less than this part of the room keeps all its values, as those of evaluations are few."""
MOST_NAMES = 4096


class Column(NamedTuple):
    """One name's values, and the rows they stand in."""

    rows: array[int]
    values: array[float]


class Rows:
    """Collects rows, each a mapping of names to numbers; a name may be missing in any row."""

    def __init__(self) -> None:
        self.count = 0
        self._columns: dict[str, Column] = {}
        self._parts = 1
        self._settled = 0

    def add(self, row: Mapping[str, float]) -> None:
        """Add one row: what is missing in it was not recorded then."""
        for name, value in row.items():
            column = self._columns.get(name)
            if column is None:
                if len(self._columns) >= MOST_NAMES:
                    continue
                column = self._columns[name] = Column(array("I"), array("d"))
            column.rows.append(self.count)
            column.values.append(value)
        self.count += 1
        if not self.count % BLOCK:
            self._make_room()

    def _make_room(self) -> None:
        """Where there are too many values, keep one of two rows, and from then on of those that come."""
        if self._parts > 1:
            self._thin(self._settled, self._parts)
        before = self.count + 1
        while sum(len(column.values) for column in self._columns.values()) > ROOM and self.count < before:
            before = self.count
            self._parts *= 2
            self._thin(0, 2)
        self._settled = self.count

    def _thin(self, begin: int, parts: int) -> None:
        """Keep one of ``parts`` rows from ``begin`` on, drawn at random, and those with a rare value."""
        kept = np.random.default_rng(self.count).integers(parts, size=self.count) == 0
        kept[: begin + 1] = True
        for name, column in self._columns.items():
            if len(column.values) < ROOM // RARE:
                kept[self.where(name)] = True
        thinned = self._taken(kept)
        self.count = thinned.count
        self._columns = thinned._columns

    @property
    def names(self) -> list[str]:
        """The columns met so far."""
        return list(self._columns)

    @property
    def thinned(self) -> bool:
        """Whether some values were left out to save memory."""
        return self._parts > 1

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
        """The rows of a mask of shape ``(count,)``, numbered anew."""
        part = Rows()
        part.count = int(mine.sum())
        part._parts = self._parts
        place = (np.cumsum(mine) - 1).astype(np.uint32)
        for name in self._columns:
            rows = self.where(name)
            kept = mine[rows]
            if kept.any():
                own = Column(array("I"), array("d"))
                own.rows.frombytes(place[rows[kept]].tobytes())
                own.values.frombytes(self.values(name)[kept].tobytes())
                part._columns[name] = own
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
