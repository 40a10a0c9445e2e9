"""One history as a JSON object of lists, ``{"id": ..., "train_loss": [...], "val_loss": [...]}``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from sweep.curves import Curves, Floats
from sweep.readers.base import Columns, History, NoSeriesError, UnreadableError
from sweep.readers.column_mapping import wire
from sweep.readers.column_names import EPOCHS, STEPS, parse, plain

COUNTS = ("train_steps", "val_steps")
NONE = 11


def is_history(value: Mapping[str, Any], columns: Columns) -> bool:
    """Whether an object holds whole series, and not one moment of them.

    The likeliest loss decides, by being a list or a number: a history may tell its learning rate, and a row may hold
    lists too, as W&B's histograms are. A history may be empty, or all of its series ``null``.
    """
    found, bare = [(NONE, False)], False
    for name, item in _flat(value):
        if item is None:
            bare = bare or _known(name, columns)
        elif isinstance(item, list) or not isinstance(item, str):
            found.append((_rank(name, columns), isinstance(item, list)))
    best = min(rank for rank, _ in found)
    if best == NONE:
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
    what = parse(name)
    if name in columns.values():
        return -1
    if what is not None:
        return what.rank if what.metric != "acc" and what.rank < 9 else 9 + (what.metric != "acc")
    return 10 if name in COUNTS or plain(name) in STEPS or plain(name) in EPOCHS else NONE


def history(value: Mapping[str, Any], source: str, number: str, columns: Columns) -> History:
    """One object of lists. ``train_steps`` and ``val_steps`` count the points of each side, else they are spread
    evenly over the run. Raises ``UnreadableError``."""
    given = value.get("id")
    name = number if given is None else given if isinstance(given, int) else str(given)
    series = dict(_series(value))
    steps = _steps(series, columns)
    if not any(array.size for array in series.values()):
        if any(_known(key, columns) for key, item in _flat(value) if item is None or isinstance(item, list)):
            return History(source, name, Curves({}))
        raise NoSeriesError("holds no lists of numbers, so no curves")
    # A history's train_loss is what its name says, however many points it has.
    named = {"train_loss": "train_loss", **columns} if "train_loss" in steps else columns
    curves, chosen = wire({key: (steps[key], series[key]) for key in steps}, named)
    return History(source, name, curves, chosen)


def _known(name: str, columns: Columns) -> bool:
    return parse(name) is not None or name in columns.values()


def _flat(value: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, item in value.items():
        if isinstance(item, dict) and item and all(map(str.isdigit, item)):
            yield prefix + name, [item[at] for at in sorted(item, key=int)]  # a column as pandas' to_json writes it
        elif isinstance(item, dict):
            yield from _flat(item, f"{prefix}{name}/")
        else:
            yield prefix + name, item


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


def _steps(series: dict[str, Floats], columns: Columns) -> dict[str, Floats]:
    """The steps of each series, by its name; those that only count are taken out."""
    sides = {side: series.pop(f"{side}_steps", None) for side in ("train", "val")}
    wanted = columns.get("step")
    if wanted and wanted not in series:
        raise UnreadableError(f"no list {wanted!r} to use as step; it has: {', '.join(sorted(series)[:12])}")
    common = wanted or next((name for name in series if plain(name) in (*STEPS, *EPOCHS)), None)
    clock = series.pop(common, None) if common else None
    longest = max((array.size for array in series.values()), default=0)
    spans = [float(given[-1]) for given in sides.values() if given is not None and given.size]
    steps: dict[str, Floats] = {}
    for name, array in series.items():
        side = "val" if name.startswith("val") else "train"
        own = sides[side]
        if own is not None and array.size and not _counts(own, array):
            if name.endswith("loss"):
                raise UnreadableError(f"{side}_steps gives {own.size} steps for {name} with {array.size} values")
            own = None  # an accuracy may be on a grid of its own
        if own is not None:
            steps[name] = own[: array.size]
        elif clock is not None and _counts(clock, array):
            steps[name] = clock
        elif spans and np.isfinite(max(spans)):
            steps[name] = np.arange(1.0, array.size + 1.0) * (max(spans) / max(array.size, 1))
        else:
            # Twice as long or more: another grid over the same run, not a few points more.
            stretch = longest / array.size if 0 < 2 * array.size <= longest else 1.0
            steps[name] = np.arange(1.0, array.size + 1.0) * stretch - 1
    return steps


def _counts(steps: Floats, values: Floats) -> bool:
    return steps.size == values.size and bool(np.isfinite(steps).all())
