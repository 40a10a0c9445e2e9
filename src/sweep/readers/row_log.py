"""Logs that are a row per moment: rows of named numbers, gathered into the series of one run."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from sweep.readers.base import Columns, History, UnreadableError
from sweep.readers.column_mapping import Raw, wire
from sweep.readers.column_names import EPOCHS, STEPS, parse, plain
from sweep.readers.long_format import told


class Rows:
    """Collects rows; a row's number is its step until ``raw`` finds a column that counts better."""

    def __init__(self) -> None:
        self.count = 0
        self._series: dict[str, tuple[array[float], array[float]]] = {}

    def add(self, row: Mapping[str, float]) -> None:
        """Add one row: what is missing in it was not recorded then."""
        for name, value in row.items():
            found = self._series.get(name)
            if found is None:
                found = self._series[name] = (array("d"), array("d"))
            found[0].append(self.count)
            found[1].append(value)
        self.count += 1

    def parted(self, runs: Sequence[str]) -> dict[str, Rows]:
        """The rows of each run, by its label; ``runs`` holds one label per row."""
        parts = {run: Rows() for run in dict.fromkeys(runs)}
        place = list[int]()
        for run in runs:
            place.append(parts[run].count)
            parts[run].count += 1
        for name, (rows, values) in self._series.items():
            for row, value in zip(rows, values, strict=True):
                found = parts[runs[int(row)]]._series.setdefault(name, (array("d"), array("d")))
                found[0].append(place[int(row)])
                found[1].append(value)
        return parts

    @property
    def names(self) -> list[str]:
        """The columns met so far."""
        return list(self._series)

    def raw(self, columns: Columns) -> Raw:
        """Every series over the counter of steps, which is the user's ``step``, else the best that the log has.

        Raises ``UnreadableError`` where the user's step column is missing or does not count.
        """
        clock = columns.get("step") or self._counter()
        if clock is None:
            return self._series
        at = self._at(clock)
        if at is None:
            known = ", ".join(sorted(self._series)[:12])
            raise UnreadableError(f"no step {clock!r} with a finite number in every row; its columns: {known}")
        others = {name: series for name, series in self._series.items() if name != clock or plain(name) in EPOCHS}
        return {name: ([at[int(row)] for row in rows], values) for name, (rows, values) in others.items()}

    def _at(self, clock: str) -> array[float] | None:
        values = self._series.get(clock, (None, array("d")))[1]
        return values if len(values) == self.count and all(map(math.isfinite, values)) else None

    def _counter(self) -> str | None:
        """Steps before epochs; a counter that starts anew in every epoch, or stands still, is none."""
        known = {plain(name): name for name in reversed(list(self._series))}
        epochs = next((at for name in EPOCHS if name in known and (at := self._at(known[name])) is not None), None)
        for name in STEPS:
            at = self._at(known[name]) if name in known else None
            if at is not None and len(set(at)) > 1 and not _restarts(at, epochs):
                return known[name]
        return next((known[name] for name in EPOCHS if name in known and self._usable(known[name])), None)

    def _usable(self, clock: str) -> bool:
        """Epochs that hardly repeat, in the longest series, and do not begin again as in a log that was added to."""
        at = self._at(clock)
        others = [rows for name, (rows, _) in self._series.items() if name != clock and parse(name)]
        if at is None or not others:
            return at is not None and 2 * len(set(at)) > len(at)
        own = [at[int(row)] for row in max(others, key=len)]
        again = any(now < before and now == own[0] for before, now in pairwise(own))
        return 2 * len(set(own)) > len(own) and not again


def history(rows: Rows, source: str, name: str, columns: Columns) -> History:
    """The one history that rows make up. Raises ``UnreadableError`` where they hold none."""
    curves, chosen = wire(rows.raw(columns), columns)
    return History(source, name, curves, chosen)


def _restarts(steps: array[float], epochs: array[float] | None) -> bool:
    """Whether ``steps`` falls back where the epoch does not: the number of a batch in its epoch, no resumed run."""
    falls = [at for at in range(1, len(steps)) if steps[at] < steps[at - 1]]
    if epochs is None:
        return len(falls) > max(3, len(steps) // 20)
    return any(epochs[at] > epochs[at - 1] for at in falls)


def row(value: Mapping[str, Any]) -> dict[str, float]:
    """The numbers of a JSON object, under the names that its words give them."""
    return told(dict(numbers(value)), {name: word for name, word in value.items() if isinstance(word, str)})


def numbers(row: Mapping[str, Any], prefix: str = "") -> Iterable[tuple[str, float]]:
    """The numbers of a JSON object, those of nested objects as ``outer/inner``.

    ``None`` is left out: a row says nothing of what was not recorded at its moment, and tables turned into JSON have
    it in every gap.
    """
    for name, value in row.items():
        if isinstance(value, Mapping):
            yield from numbers(value, f"{prefix}{name}/")
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield prefix + name, _float(value)
        elif isinstance(value, str) and value in ("NaN", "Infinity", "-Infinity"):
            yield prefix + name, float(value)


def _float(value: int | float) -> float:
    try:
        return float(value)
    except OverflowError:  # an integer of more than 308 digits
        return math.inf
