"""One history as a JSON object of lists, ``{"id": ..., "train_loss": [...], "val_loss": [...]}``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from sweep.curves import Curves, Floats
from sweep.readers import column_mapping
from sweep.readers.base import Columns, History, NoSeriesError, UnreadableError
from sweep.readers.column_names import NO_LOSS, is_clock, parse, plain

COUNTS = ("train_steps", "val_steps")
UNKNOWN = 11
"""The rank of a name that says nothing about its object."""


def is_history(value: Mapping[str, Any], columns: Columns) -> bool:
    """Whether an object holds whole series, and not one moment of them.

    The likeliest loss decides, by being a list or a number: a history may tell its learning rate, and a row may hold
    lists too, as W&B's histograms are. A history may be empty, or all of its series ``null``.
    """
    found = [(UNKNOWN, False)]
    bare = False
    for name, item in _flat(value):
        if item is None:
            bare = bare or _known(name, columns)
        elif isinstance(item, list) or not isinstance(item, str):
            found.append((_rank(name, columns), isinstance(item, list)))
    best = min(rank for rank, _ in found)
    if best == UNKNOWN:
        return bare
    return (best, True) in found or (bare and "id" in value)


def runs(value: Mapping[str, Any], columns: Columns) -> list[str]:
    """The names of the runs in an object of objects, each with a training and a validation series of its own."""
    inner = {name: item for name, item in value.items() if isinstance(item, dict) and is_history(item, columns)}
    known = (parse(name) for name in inner)
    if len(inner) < 2 or any(what and what.metric != "learning_rate" for what in known):
        return []
    sides = [{what.split for name, _ in _flat(item) if (what := parse(name))} for item in inner.values()]
    return list(inner) if all("train" in side and side & {"val", "test"} for side in sides) else []


def _rank(name: str, columns: Columns) -> int:
    """How much a name says about what its object is: losses first, then accuracies, then other metrics and counters."""
    if name in columns.values():
        return -1
    what = parse(name)
    if what is not None and what.rank < NO_LOSS and what.metric != "acc":
        return what.rank
    if what is not None:
        return NO_LOSS if what.metric == "acc" else NO_LOSS + 1
    return NO_LOSS + 1 if name in COUNTS or is_clock(name) else UNKNOWN


def history(value: Mapping[str, Any], source: str, number: str, columns: Columns) -> History:
    """One object of lists. ``train_steps`` and ``val_steps`` count the points of each side, else they are spread
    evenly over the run. Raises ``UnreadableError``."""
    given = value.get("id")
    name = number if given is None else given if isinstance(given, int) else str(given)
    series = dict(_series(value))
    flat = dict(_flat(value))
    grid = _grid(series, columns)
    if not any(array.size for array in series.values()):
        if any(_known(key, columns) for key, item in value.items() if item is None or isinstance(item, list)):
            return History(source, name, Curves({}))
        raise NoSeriesError("holds no lists of numbers, so no curves")
    raw = {key: _recorded(grid.steps(key, array), array, key, flat) for key, array in series.items()}
    # A history's train_loss is what its name says, however many points it has.
    named = {"train_loss": "train_loss", **columns} if "train_loss" in raw else columns
    return column_mapping.history(raw, source, name, named)


def _recorded(steps: Floats, values: Floats, key: str, given: Mapping[str, Any]) -> tuple[Floats, Floats]:
    """The points of a series but those that are ``null``: nothing was recorded there, and ``NaN`` is a value."""
    told = given.get(key)
    if not isinstance(told, list) or None not in told:
        return steps, values
    there = np.array([item is not None for item in told])
    return steps[there], values[there]


def _known(name: str, columns: Columns) -> bool:
    return parse(name) is not None or name in columns.values()


def _flat(value: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Names and values of an object, those of objects in it as ``outer/inner``."""
    for name, item in value.items():
        if isinstance(item, dict) and item and all(map(str.isdigit, item)):
            yield prefix + name, [item[at] for at in sorted(item, key=int)]  # a column as pandas' to_json writes it
        elif isinstance(item, dict):
            yield from _flat(item, f"{prefix}{name}/")
        elif name == "metric" and _is_pair(item):
            yield f"{prefix}val_{item[0]}", item[1]
        else:
            yield prefix + name, item


def _is_pair(item: Any) -> bool:
    """Whether this is a metric's name and its values: ``["wer", [0.4, 0.3]]``."""
    return isinstance(item, list) and len(item) == 2 and isinstance(item[0], str) and isinstance(item[1], list)


def _series(value: Mapping[str, Any]) -> Iterator[tuple[str, Floats]]:
    for name, item in _flat(value):
        if isinstance(item, list):
            try:
                array = np.asarray(item, dtype=float)
            except (ValueError, TypeError, OverflowError):
                array = None
            if array is not None and array.ndim == 1:
                yield name, array
            elif (known := parse(name)) and known.metric in ("loss", "acc"):
                raise UnreadableError(f"{name} is no flat list of numbers")


class _Grid(NamedTuple):
    """What a history tells of its steps.

    Args:
        sides: the steps of each side, ``None`` where they are not told.
        clock: the steps of every series that is as long, or ``None``.
        longest: points of the longest series.
    """

    sides: dict[str, Floats | None]
    clock: Floats | None
    longest: int

    def steps(self, name: str, values: Floats) -> Floats:
        """The steps of one series, shape of ``values``. Raises ``UnreadableError`` where a loss has other ones."""
        side = "val" if name.startswith("val") else "train"
        own = self.sides[side]
        if own is not None and values.size and not _counts(own, values) and name.endswith("loss"):
            raise UnreadableError(f"{side}_steps gives {own.size} steps for {name} with {values.size} values")
        if own is not None and (_counts(own, values) or not values.size):
            return own[: values.size]
        if self.clock is not None and _counts(self.clock, values):
            return self.clock
        return self._even(values.size)

    def _even(self, size: int) -> Floats:
        """Steps spread evenly over the run, up to its last step where that is told."""
        count = np.arange(1.0, size + 1.0)
        ends = [float(told[-1]) for told in self.sides.values() if told is not None and told.size]
        if ends and np.isfinite(max(ends)):
            return count * (max(ends) / max(size, 1))
        # Half as many points or fewer: another grid over the same run, not a few points less.
        stretch = self.longest / size if 0 < 2 * size <= self.longest else 1.0
        return count * stretch - 1


def _grid(series: dict[str, Floats], columns: Columns) -> _Grid:
    """The grid of a history; the lists that only count are taken out of ``series``."""
    sides = {side: series.pop(f"{side}_steps", None) for side in ("train", "val")}
    wanted = columns.get("step")
    if wanted and wanted not in series:
        raise UnreadableError(f"no list {wanted!r} to use as step; it has: {', '.join(sorted(series)[:12])}")
    common = wanted or next((name for name in series if is_clock(name)), None)
    clock = series.pop(common) if common else None
    for name in [name for name in series if is_clock(name) and plain(name) != "epoch"]:
        del series[name]
    longest = max((array.size for array in series.values()), default=0)
    return _Grid(sides, clock, longest)


def _counts(steps: Floats, values: Floats) -> bool:
    return steps.size == values.size and bool(np.isfinite(steps).all())
