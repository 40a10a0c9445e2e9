"""Progress bars: of their many states the last of each epoch counts, as it holds the epoch's mean."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

from sweep.readers.column_names import says_split
from sweep.readers.row_log import Rows

COUNTERS = frozenset({"epoch", "step", "batch", "it"})
"""The names under which the counters of a text stand in its rows."""


class State(NamedTuple):
    """One state of a bar: its row, and where it stands; NaN where it does not say."""

    row: dict[str, float]
    epoch: float
    step: float
    place: float


class Bars:
    """Gives the last state of each bar to ``rows``.

    All states are kept in ``states``, for a text that is a single bar.
    """

    def __init__(self, rows: Rows) -> None:
        self.states = Rows()
        self._rows = rows
        self._last: State | None = None
        self._shown: dict[str, float] = {}

    def add(self, row: dict[str, float], epoch: float) -> None:
        """Take the next state; it replaces the last where that is of the same bar."""
        place = row.get("batch", row.get("it", math.inf))
        if place == 0:
            return  # a bar that has just begun still shows the numbers of the one before
        state = State(row, epoch, row.get("step", math.nan), place)
        if self._last is not None and _same(self._last, state):
            if self._last.row.keys() != row.keys():
                state = state._replace(row={**self._last.row, **row})
        else:
            self.close()
        self._last = state
        self._keep(row)

    def close(self) -> None:
        """The bar is at its end."""
        if self._last is not None:
            self._rows.add(self._last.row)
            self._last = None

    def _keep(self, row: Mapping[str, float]) -> None:
        """Keep a state; a number that stands still is shown again, not logged again."""
        if row.items() <= self._shown.items():
            return
        fresh = {name: value for name, value in row.items() if name in COUNTERS or self._shown.get(name) != value}
        self._shown.update(row)
        self.states.add(fresh)


def _same(last: State, state: State) -> bool:
    """Whether two states are of one bar: the same epoch and step, a count that has not fallen, the same side."""
    if not (_alike(last.epoch, state.epoch) and _alike(last.step, state.step) and state.place >= last.place):
        return False
    if last.row.keys() == state.row.keys():
        return True
    same_side = {says_split(name) for name in last.row} == {says_split(name) for name in state.row}
    return same_side or bool((last.row.keys() & state.row.keys()) - COUNTERS)


def _alike(one: float, other: float) -> bool:
    return one == other or (math.isnan(one) and math.isnan(other))
