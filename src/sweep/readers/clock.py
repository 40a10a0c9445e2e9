"""Where each row of a log stands in its run: on the steps or epochs that the log counts, else by its number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sweep.curves import Floats
from sweep.readers.base import Columns, UnreadableError
from sweep.readers.column_names import EPOCHS, STEPS, parse, plain
from sweep.readers.row_log import Rows

Index = NDArray[np.intp]
KNOBS = ("learning_rate", "grad_norm")
LARGEST = 1e15
"""No counter goes so far."""


@dataclass(frozen=True)
class Clock:
    """The place of every row.

    Args:
        at: position of each row, shape ``(rows,)``, always finite.
        unit: what is counted: ``step``, ``epoch`` or ``row``.
        names: the columns that count, and are no series.
        main: the rows of the longest series that is judged, shape ``(points,)``.
    """

    at: Floats
    unit: str
    names: frozenset[str]
    main: Index

    def moved(self, at: Floats) -> Clock:
        """The same clock with other positions."""
        return replace(self, at=at)

    @property
    def disorder(self) -> float:
        """How often the clock of the main series falls back, of all its moves: 0 in a log, a half in random numbers."""
        moves = np.diff(self.at[self.main])
        moves = moves[moves != 0]
        return float((moves < 0).mean()) if moves.size else 0.0

    def places(self, rows: Index) -> Floats:
        """Positions of a series' points, given their rows.

        Where a log tells no more than the epoch of several points in a row, they are spread evenly over it: the last
        of them stands at its end.
        """
        at = self.at[rows]
        if self.unit != "epoch" or at.size < 2:
            return at
        fresh = np.append(True, np.diff(at) != 0)
        if 2 * fresh.sum() > at.size + 1:
            return at  # seldom twice: the later value of an epoch replaces the earlier one
        group = np.cumsum(fresh) - 1
        sizes = np.bincount(group)
        nth = np.arange(at.size) - np.repeat(np.flatnonzero(fresh), sizes) + 1
        spread: Floats = at - 1 + nth / sizes[group]
        return spread


def find(rows: Rows, columns: Columns) -> Clock:
    """The clock of a log: the user's ``step``, else steps before epochs, else the rows themselves.

    Raises ``UnreadableError`` where the user's step column is missing or does not count.
    """
    main = _main(rows, columns)
    if "step" in columns:
        return Clock(_given(rows, columns["step"]), "step", frozenset({columns["step"]}), main)
    epochs = _epochs(rows)
    names = frozenset(name for name in rows.names if plain(name) in STEPS or plain(name) in EPOCHS)
    steps = _steps(rows, main, epochs)
    if steps is not None:
        return Clock(_filled(steps, rows, main), "step", names, main)
    if epochs is not None:
        batches = _batches(rows, main, epochs)
        if batches is not None:
            return Clock(batches, "step", names, main)
        if _usable(epochs, main):
            return Clock(_filled(epochs, rows, main), "epoch", names, main)
    return Clock(np.arange(float(rows.count)), "row", frozenset(), main)


def _main(rows: Rows, columns: Columns) -> Index:
    """The rows of the longest series that is judged."""
    judged = [name for name in rows.names if name in columns.values() or _judged(name)]
    if not judged:
        return np.arange(rows.count)
    return rows.where(max(judged, key=rows.size))


def _judged(name: str) -> bool:
    what = parse(name)
    return what is not None and what.metric not in KNOBS


def _given(rows: Rows, name: str) -> Floats:
    if name in rows.names and rows.size(name) == rows.count:
        at = rows.values(name)
        if np.isfinite(at).all():
            return at
    known = ", ".join(sorted(rows.names)[:12])
    raise UnreadableError(f"no step {name!r} with a finite number in every row; its columns: {known}")


def _named(rows: Rows, family: Sequence[str]) -> list[str]:
    """The columns of a family of counters, the best first."""
    known = [name for name in rows.names if plain(name) in family]
    return sorted(known, key=lambda name: family.index(plain(name)))


def _epochs(rows: Rows) -> Floats | None:
    """Epochs of all rows, NaN where a row tells none."""
    for name in _named(rows, EPOCHS):
        at = rows.spread(name)
        if (np.abs(rows.values(name)) < LARGEST).all():
            return at
    return None


def _steps(rows: Rows, main: Index, epochs: Floats | None) -> Floats | None:
    """The best counter of steps that goes on from epoch to epoch, NaN where a row tells none.

    Programs may count one thing under two names (``iter 20`` in one line, ``step 20`` in another): what another counter
    says of rows that the best one leaves open is taken over.
    """
    found: Floats | None = None
    for name in _named(rows, STEPS):
        at = rows.spread(name)
        if not _counts(at, main) or _restarts(at, main, epochs):
            continue
        if found is None:
            found = at
        elif not (np.isfinite(found) & np.isfinite(at)).any():
            found = np.where(np.isfinite(found), found, at)
    return found


def _counts(at: Floats, main: Index) -> bool:
    """Whether a column holds finite numbers, and more than one of them where the main series is."""
    known = at[~np.isnan(at)]
    told = at[main][~np.isnan(at[main])]
    if told.size > 1:
        known = told
    return bool(known.size > 1 and (np.abs(known) < LARGEST).all() and np.ptp(known) > 0)


def _restarts(at: Floats, main: Index, epochs: Floats | None) -> bool:
    """Whether a counter falls back where the epoch rises: the number of a batch in its epoch, no resumed run."""
    rows = main[np.isfinite(at[main])]
    if rows.size < 2:
        rows = np.flatnonzero(np.isfinite(at))
    falls = np.flatnonzero(np.diff(at[rows]) < 0) + 1
    if epochs is None or not falls.size:
        return False
    rising = _carried(epochs)[rows]
    return bool((rising[falls] > rising[falls - 1]).any())


def _batches(rows: Rows, main: Index, epochs: Floats) -> Floats | None:
    """Positions from an epoch and a number within it, where the main series has several points an epoch."""
    known = _carried(epochs)
    if np.unique(known[main]).size == main.size:
        return None
    for name in _named(rows, STEPS):
        at = rows.spread(name)
        if not _counts(at, main) or not np.isfinite(at[main]).any():
            continue
        counted = at[main][np.isfinite(at[main])]
        rising = np.diff(counted)
        spacing = np.median(rising[rising > 0]) if (rising > 0).any() else 1.0
        length = counted.max() + (spacing if counted.min() == 0 else 0)
        # Evaluation loops count batches of their own: other rows stand where they were logged, behind the last.
        place = np.full(rows.count, np.nan)
        place[main] = (np.floor(known[main]) - np.floor(known.min())) * length + at[main]
        return _carried(place)
    return None


def _usable(epochs: Floats, main: Index) -> bool:
    """Whether epochs tell the points of the main series apart at all."""
    known = _carried(epochs)[main]
    return np.unique(known).size > 1 or main.size == 1


def _carried(at: Floats) -> Floats:
    """Every gap takes the last number before it; those at the start the first that comes."""
    known = np.isfinite(at)
    last = np.maximum.accumulate(np.where(known, np.arange(at.size), -1))
    first = int(np.argmax(known))
    return at[np.where(last < 0, first, last)]


def _filled(at: Floats, rows: Rows, main: Index) -> Floats:
    """Positions for the rows that tell none.

    A block of lines belongs to the number at its head, and in some logs to that at its foot: whichever leaves fewer
    points of the main series in one place. What comes before the first number was there before training.
    """
    known = np.isfinite(at)
    if known.all():
        return at
    head = _carried(at)
    foot = _carried(at[::-1])[::-1]
    if _crowded(foot, known, main) < _crowded(head, known, main):
        return foot
    first = int(np.argmax(known))
    head[:first] = 0.0 if at[first] > 0 else at[first] - 1
    return head


def _crowded(at: Floats, known: NDArray[np.bool_], main: Index) -> int:
    """Pairs of neighbours in the main series at the same place, of which one at least does not say so itself."""
    told = known[main]
    same = np.diff(at[main]) == 0
    return int((same & ~(told[1:] & told[:-1])).sum())
