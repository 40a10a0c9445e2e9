"""Logs in which the clock falls back to its start: another run, or the same one that counts anew."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sweep.curves import Floats
from sweep.readers.base import Columns
from sweep.readers.clock import Clock, Index, find
from sweep.readers.column_names import parse
from sweep.readers.row_log import Rows

FEWEST = 2
"""Points of the main series that a run needs on each side of a restart."""
NEAR = 3
"""Points around a restart whose median is compared."""
MOST = 100
"""Restarts beyond which no file holds so many runs: a counter within something that is not told."""


class Run(NamedTuple):
    """One run of a log: its rows and their clock."""

    rows: Rows
    clock: Clock


def runs(rows: Rows, columns: Columns) -> list[Run]:
    """The runs of a log, in their order.

    Where the clock falls back to its start, the loss tells what happened. It goes on where it was: the same run, whose
    steps are counted on. It is back where it began: another run. A fall to somewhere in between is a run that was
    resumed from a checkpoint; of the steps that it repeats the later value counts.
    """
    clock = find(rows, columns)
    if clock.unit == "row" or clock.main.size < 2 * FEWEST:
        return [Run(rows, clock)]
    place = clock.at[clock.main]
    values = _values(rows, clock.main)
    starts = _starts(place)
    if not starts:
        return [Run(rows, clock)]
    bounds = [0, *starts, place.size]
    fresh = [
        start
        for before, start, after in zip(bounds, bounds[1:], bounds[2:], strict=False)
        if not _continues(values[before:start], values[start:after])
    ]
    if not fresh or len(starts) > MOST:
        return [Run(rows, clock.moved(_counted_on(clock, starts)))]
    labels = np.zeros(rows.count, dtype=int)
    for start in fresh:
        labels[_first_row(clock, start) :] += 1
    return [run for part in rows.parted(labels.tolist()).values() for run in runs(part, columns)]


def _values(rows: Rows, main: Index) -> Floats:
    """The series that stands in the rows ``main``."""
    same = [name for name in rows.names if rows.size(name) == main.size and parse(name)]
    name = next((name for name in same if np.array_equal(rows.where(name), main)), None)
    return rows.values(name) if name else np.arange(float(main.size))


def _starts(place: Floats) -> list[int]:
    """Where the clock falls back to the start of its segment, with points enough on both sides."""
    falls = np.flatnonzero(np.diff(place) < 0) + 1
    if not falls.size or 2 * falls.size > place.size:
        return []  # rows that go backwards in time, or in no order
    found = list[int]()
    begin = 0
    ends = [*falls[1:].tolist(), place.size]
    for fall, end in zip(falls.tolist(), ends, strict=True):
        steps = np.diff(place[begin:fall])
        slack = float(np.median(steps)) / 2 if steps.size else 0.0
        if place[fall] <= place[begin] + slack and fall - begin >= FEWEST and end - fall >= 1:
            found.append(fall)
            begin = fall
    return found


def _continues(before: Floats, after: Floats) -> bool:
    """Whether the loss after a restart is nearer to where it was than to where it began."""
    few = min(NEAR, max(1, before.size // 3))
    start = float(np.median(before[:few]))
    end = float(np.median(before[-few:]))
    new = float(np.median(after[:few]))
    if after.size < FEWEST:
        return True
    return bool(abs(new - end) <= abs(new - start))


def _counted_on(clock: Clock, starts: list[int]) -> Floats:
    """Positions that go on where the clock began anew."""
    at = clock.at.copy()
    place = clock.at[clock.main]
    for start in starts:
        row = _first_row(clock, start)
        before = at[clock.main[start - 1]]
        spacing = place[start] if place[start] > 0 else float(np.median(np.abs(np.diff(place[:start]))))
        at[row:] += before + spacing - at[clock.main[start]]
    return at


def _first_row(clock: Clock, start: int) -> int:
    """The first row of the new count: the one where the clock falls, at or before the main series does."""
    old = int(clock.main[start - 1])
    new = int(clock.main[start])
    falls = np.flatnonzero(np.diff(clock.at[old : new + 1]) < 0)
    return old + 1 + int(falls[0]) if falls.size else new
