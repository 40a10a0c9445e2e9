"""One run laid out for measuring: a validation and a training series on the same steps, in units of their own size."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sweep.curves import Curves, Floats, Series

NOTHING: Floats = np.zeros(0)
HIGHEST = 1e60  # in typical values; what is beyond may as well be there, and its square can be computed


@dataclass(frozen=True)
class PreparedSeries:
    """The series that are judged: finite, divided by ``scale`` and raised by ``offset``.

    All arrays but ``batch`` are of shape ``(points,)``; ``val`` and ``train`` are empty where there is none. ``time``
    is the step as a share of the run, which ends at 1. ``kind`` tells what is judged: a loss, or the error 1 - accuracy
    where no loss was recorded. ``broken`` is the step from which the run's losses stay NaN or Inf. ``evaluated`` tells
    that training was logged as such, not made of single batches.
    """

    steps: Floats
    time: Floats
    val: Floats
    train: Floats
    batch: Floats
    kind: str
    scale: float
    offset: float
    broken: float | None
    evaluated: bool

    def value(self, level: float) -> float:
        """A level in the units of the log."""
        return (level - self.offset) * self.scale

    @property
    def main(self) -> Floats:
        """Validation where there is one, else training."""
        return self.val if self.val.size else self.train


def prepare_series(curves: Curves) -> PreparedSeries:
    """Choose the series to judge and put them on one grid, that of the validation points where there are any."""
    kind, val, train, batch = "loss", curves["val_loss"], curves["train_loss"], curves["batch_loss"]
    broken = min((at for at in map(_breaks, (val, train, batch)) if at is not None), default=None)
    if len(val) == 0 and (len(curves["val_acc"]) or len(curves["val_f1"]) or len(train) == len(batch) == 0):
        batch = Series([], [])
        kind, val, train = "error", _error(curves, "val"), _error(curves, "train")
    val, train, batch = val.finite(), train.finite(), batch.finite()
    scale = _size(val, train, batch)
    if len(val):
        steps, judged = val.steps, _in(scale, val.values)
        learnt = _onto(steps, train if len(train) else batch, scale)
    else:
        source = train if len(train) else batch
        steps = source.steps if len(source) <= 200 else source.steps[np.linspace(0, len(source) - 1, 100).astype(int)]
        judged, learnt = NOTHING, _onto(steps, source, scale)
    parts = judged, learnt, _in(scale, batch.values)
    offset = _offset(parts)
    if offset:
        parts = judged + offset, learnt + offset, parts[2] + offset
    return PreparedSeries(steps, share(steps), *parts, kind, scale, offset, broken, len(train) > 0)


def _offset(parts: tuple[Floats, ...]) -> float:
    """What has to be added to losses below zero, which have no zero to take shares of: a tenth of the range is left."""
    lowest = min((float(part.min()) for part in parts if part.size), default=0.0)
    if lowest >= 0:
        return 0.0
    return 0.1 * (max(float(part.max()) for part in parts if part.size) - lowest) - lowest


def share(steps: Floats) -> Floats:
    """Steps as shares of the run: counted from 0, or from the first step where that is negative."""
    if steps.size == 0:
        return steps
    half = 0.5 * steps
    origin = min(float(half[0]), 0.0)
    return (half - origin) / max(float(half[-1]) - origin, 5e-324)


def _in(scale: float, values: Floats) -> Floats:
    with np.errstate(over="ignore"):  # clipped at once
        return np.clip(values / scale, -HIGHEST, HIGHEST)


def _error(curves: Curves, side: str) -> Series:
    for metric in ("acc", "f1"):
        found = curves[f"{side}_{metric}"]
        if len(found):
            top = 100.0 if len(found.finite()) and found.finite().values.max() > 1.5 else 1.0
            return Series(found.steps, 1 - found.values / top)
    return Series([], [])


def _breaks(series: Series) -> float | None:
    """The step from which ``series`` is never finite again.

    A gap at the end that is no longer than an earlier one between finite values counts as missing points.
    """
    finite = np.flatnonzero(np.isfinite(series.values))
    if len(series) == 0 or (finite.size and finite[-1] == len(series) - 1):
        return None
    first = int(finite[-1]) + 1 if finite.size else 0
    if finite.size > 1 and int(np.diff(finite).max()) - 1 >= len(series) - first:
        return None
    return float(series.steps[first])


def _size(*parts: Series) -> float:
    """A typical absolute value, so that nothing overflows and no unit matters."""
    every = np.abs(np.concatenate([part.values for part in parts]))
    every = every[every > 0]
    return max(float(np.sort(every)[every.size // 2]), 1e-300) if every.size else 1.0


def _between(steps: Floats, known: Floats, values: Floats) -> Floats:
    """Interpolated; where the steps are so close or so far that slopes overflow, the value at the step before."""
    before: Floats = values[np.maximum(np.searchsorted(known, steps, side="right") - 1, 0)]
    with np.errstate(all="ignore"):  # replaced at once
        line = np.interp(steps, known, values)
    return np.where(np.isfinite(line), np.clip(line, values.min(), values.max()), before)


def _onto(steps: Floats, series: Series, scale: float) -> Floats:
    """``series``, in units, at ``steps``: the mean since the step before where it is much denser, else interpolated."""
    if len(series) == 0:
        return NOTHING
    values = _in(scale, series.values)
    if len(series) < 3 * steps.size:
        return values if np.array_equal(series.steps, steps) else _between(steps, series.steps, values)
    sums = np.concatenate([[0.0], np.cumsum(values)])
    past = np.maximum(np.searchsorted(series.steps, steps, side="right"), 1)
    first = np.minimum(np.concatenate([[0], past[:-1]]), past - 1)
    means: Floats = (sums[past] - sums[first]) / (past - first)
    return means
