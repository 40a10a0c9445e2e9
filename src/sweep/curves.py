"""Curves: the series of one run, as small immutable numpy arrays.

The vocabulary, shared by every part of the project:

- ``batch_loss``: training loss of each batch, dropout on, as the optimiser saw it;
- ``train_X`` and ``val_X``: metric ``X`` in evaluation mode, at the evaluation points, on a fixed sample of the
  training set and on the validation set (``train_loss``, ``val_loss``, ``train_acc``, ``val_acc``, ``val_f1``, ...);
- ``learning_rate``, ``grad_norm`` and ``epoch``: per batch.
"""

from __future__ import annotations

import csv
import io
import itertools
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Series:
    """Values of one quantity, each at a step; both arrays of shape ``(points,)``, sorted by step, read-only.

    NaN and Inf are allowed among the values: a run that diverged is a fact to keep. A step that occurs twice keeps its
    last value, as a log does when a run is continued.
    """

    steps: Floats
    values: Floats

    def __init__(self, steps: ArrayLike, values: ArrayLike) -> None:
        """Raises ``ValueError`` where the lengths differ or a step is not finite."""
        where, what = np.asarray(steps, dtype=float).ravel(), np.asarray(values, dtype=float).ravel()
        if where.shape != what.shape:
            raise ValueError(f"a series needs as many steps as values; got {where.size} steps and {what.size} values")
        if not np.isfinite(where).all():
            raise ValueError("the steps of a series must be finite numbers")
        if where.size > 1 and not (np.diff(where) > 0).all():
            order = np.argsort(where, kind="stable")
            where, what = where[order], what[order]
            last = np.append(np.diff(where) > 0, True)
            where, what = where[last], what[last]
        where, what = where.copy(), what.copy()
        where.flags.writeable = what.flags.writeable = False
        object.__setattr__(self, "steps", where)
        object.__setattr__(self, "values", what)

    def __len__(self) -> int:
        return int(self.values.size)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Series):
            return NotImplemented
        return np.array_equal(self.steps, other.steps) and np.array_equal(self.values, other.values, equal_nan=True)

    __hash__ = None  # type: ignore[assignment]

    def finite(self) -> Series:
        """The points whose value is neither NaN nor infinite."""
        kept = np.isfinite(self.values)
        return self if kept.all() else Series(self.steps[kept], self.values[kept])

    def smooth(self, window: int) -> Series:
        """Centred moving average over ``window`` points.

        Near an edge the window shrinks on both sides alike, so that the average is not pulled inwards; values that are
        not finite are left out of every mean and stay what they are at their own place. Raises ``ValueError`` where
        ``window`` is below 1.
        """
        if window < 1:
            raise ValueError(f"window must be at least 1, got {window}")
        size, known = len(self), np.isfinite(self.values)
        if size == 0 or window == 1:
            return self
        at = np.arange(size)
        half = np.minimum(np.minimum(at, size - 1 - at), window // 2)
        sums = np.concatenate([[0.0], np.cumsum(np.where(known, self.values, 0.0))])
        counts = np.concatenate([[0], np.cumsum(known)])
        total = sums[at + half + 1] - sums[at - half]
        count = counts[at + half + 1] - counts[at - half]
        mean = total / np.maximum(count, 1)
        return Series(self.steps, np.where(known, mean, self.values))


@dataclass(frozen=True)
class Curves:
    """All series of one run, by name. A name that was never recorded reads as an empty series."""

    series: Mapping[str, Series]

    def __getitem__(self, name: str) -> Series:
        return self.series.get(name, EMPTY)

    def __contains__(self, name: str) -> bool:
        return len(self[name]) > 0

    def __iter__(self) -> Iterator[str]:
        return iter(self.series)

    @staticmethod
    def of(**values: ArrayLike) -> Curves:
        """Curves from plain lists, one value per step: ``Curves.of(train_loss=[...], val_loss=[...])``."""
        arrays = {name: np.asarray(points, dtype=float).ravel() for name, points in values.items()}
        return Curves({name: Series(np.arange(points.size), points) for name, points in arrays.items()})

    @staticmethod
    def from_points(points: Iterable[tuple[float, str, float]]) -> Curves:
        """Curves from ``(step, name, value)`` rows in any order."""
        rows: dict[str, tuple[list[float], list[float]]] = {}
        for step, name, value in points:
            steps, values = rows.setdefault(name, ([], []))
            steps.append(step)
            values.append(value)
        return Curves({name: Series(steps, values) for name, (steps, values) in rows.items()})

    def points(self) -> Iterator[tuple[float, str, float]]:
        """Every point as ``(step, name, value)``, series after series."""
        for name, series in self.series.items():
            for step, value in zip(series.steps.tolist(), series.values.tolist(), strict=True):
                yield step, name, value

    def to_csv(self) -> str:
        """A table with a row per step and a column per series; an empty cell is a point that was never recorded."""
        rows: dict[float, dict[str, str]] = {}
        for step, name, value in self.points():
            rows.setdefault(step, {})[name] = repr(value)
        text = io.StringIO()
        table = csv.DictWriter(text, ["step", *self.series], lineterminator="\n")
        table.writeheader()
        for step in sorted(rows):
            table.writerow({"step": int(step) if step.is_integer() else repr(step), **rows[step]})
        return text.getvalue()

    @staticmethod
    def from_csv(text: str) -> Curves:
        """The inverse of ``to_csv``, without loss. Raises ``ValueError`` where a cell is no number."""
        rows = [row for row in csv.reader(io.StringIO(text)) if row]
        if not rows:
            return Curves({})
        # By column, not by cell: a page of ten thousand runs reads as many tables. A row that was cut off ends early.
        columns = dict(zip(rows[0], itertools.zip_longest(*rows[1:], fillvalue=""), strict=False))
        steps = np.array([float(cell) for cell in columns.pop("step", ())])
        found = {name: Series([], []) for name in rows[0] if name != "step"}
        for name, cells in columns.items():
            recorded = np.array([cell != "" for cell in cells])
            found[name] = Series(steps[recorded], [float(cell) for cell in cells if cell])
        return Curves(found)

    def frozen_from(self, step: float) -> Curves:
        """The curves of a run whose model of ``step`` was restored: evaluations after it take that model's value.

        Early stopping trains for ``patience`` evaluations past the model that it restores. A rise there is not a rise
        of that model. Batches after ``step`` are left out. Curves that hold a non-finite value come back as they are:
        a run that diverged must be seen to.
        """
        if any(not np.isfinite(series.values).all() for series in self.series.values()):
            return self
        frozen: dict[str, Series] = {}
        for name, series in self.series.items():
            later = series.steps > step
            restored = np.flatnonzero(series.steps == step)
            if name.startswith(("train_", "val_")) and restored.size:
                frozen[name] = Series(series.steps, np.where(later, series.values[restored[0]], series.values))
            else:
                frozen[name] = Series(series.steps[~later], series.values[~later])
        return Curves(frozen)


EMPTY = Series([], [])


def last(series: Series) -> float:
    """The last value, NaN where there is none."""
    return float(series.values[-1]) if len(series) else math.nan
