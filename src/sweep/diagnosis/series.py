"""One run laid out for measuring: a validation and a training series on the same steps, in units of their own size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sweep.curves import EMPTY, Curves, Floats, Series

NOTHING: Floats = np.zeros(0)
HIGHEST = 1e60  # in typical values; anything beyond is held there, so that its square can be computed
DIGITS = 12  # decimals of a value in its own unit: what is finer is rounding of the log, another in another unit
FEW = 5  # validation points below which a training series that is much longer is judged in their place
MUCH_LONGER = 8  # times as many training rows as validation points
GRID = 100  # steps that a training series without validation is thinned to, where it has more than twice as many


@dataclass(frozen=True)
class PreparedSeries:
    """The series that are judged: finite, divided by ``scale`` and raised by ``offset``.

    All arrays but ``batch`` have the shape ``(points,)``; ``val`` and ``train`` are empty where there is none. ``time``
    is the step as a share of the run, which ends at 1. ``kind`` is what is judged: "loss", or "error", 1 - accuracy,
    where no loss was recorded. ``broken`` is the step from which the run's losses stay NaN or infinite. ``evaluated``
    means that training was logged as such, not made of single batches. ``set_aside`` counts validation points that are
    too few to be judged beside a long training series.
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
    set_aside: int = 0

    def value(self, level: float) -> float:
        """A level in the units of the log."""
        return (level - self.offset) * self.scale

    @property
    def main(self) -> Floats:
        """Validation where there is one, else training."""
        return self.val if self.val.size else self.train


class _Chosen(NamedTuple):
    """Finite series of one kind; training is made of single batches where it was not logged as such."""

    kind: str
    val: Series
    train: Series
    batch: Series
    evaluated: bool
    set_aside: int


def prepare_series(curves: Curves) -> PreparedSeries:
    """Choose the series to judge and put them on one grid: the validation points, where there are enough of them."""
    chosen = _choose(curves)
    scale = _typical_size(chosen.val, chosen.train, chosen.batch)
    source = chosen.train if len(chosen.train) else chosen.batch
    steps = chosen.val.steps if len(chosen.val) else _grid(source)
    val = _in_units(scale, chosen.val.values)
    train = _at_steps(steps, source, scale)
    batch = _in_units(scale, chosen.batch.values)
    offset = _offset(val, train, batch)
    if offset:
        val, train, batch = val + offset, train + offset, batch + offset
    return PreparedSeries(
        steps=steps,
        time=share_of_run(steps),
        val=val,
        train=train,
        batch=batch,
        kind=chosen.kind,
        scale=scale,
        offset=offset,
        broken=_broken_from(curves),
        evaluated=chosen.evaluated,
        set_aside=chosen.set_aside,
    )


def share_of_run(steps: Floats) -> Floats:
    """Steps as shares of the run: counted from 0, or from the first step where that is negative."""
    if steps.size == 0:
        return steps
    half = 0.5 * steps  # the difference of two steps must not overflow
    origin = min(float(half[0]), 0.0)
    return (half - origin) / max(float(half[-1]) - origin, 5e-324)


def _choose(curves: Curves) -> _Chosen:
    val, train, batch = curves["val_loss"], curves["train_loss"], curves["batch_loss"]
    no_loss = len(train) == len(batch) == 0
    has_val_error = bool(len(curves["val_acc"]) or len(curves["val_f1"]))
    kind = "loss"
    if len(val) == 0 and (has_val_error or no_loss):
        kind, val, train, batch = "error", _error(curves, "val"), _error(curves, "train"), EMPTY
    evaluated = len(train) > 0
    val, train, batch = (_recorded(series) for series in (val, train, batch))
    few = len(val) < FEW and max(len(train), len(batch)) >= MUCH_LONGER * max(len(val), 1)
    set_aside = len(val) if few else 0
    return _Chosen(kind, EMPTY if few else val, train, batch, evaluated, set_aside)


def _recorded(series: Series) -> Series:
    """The finite points, without zeros before the first other value: a counter that had not been filled yet."""
    finite = series.finite()
    other = np.flatnonzero(finite.values)
    leading = int(other[0]) if other.size else 0
    return Series(finite.steps[leading:], finite.values[leading:]) if leading else finite


def _error(curves: Curves, side: str) -> Series:
    for metric in ("acc", "f1"):
        found = curves[f"{side}_{metric}"]
        if len(found):
            finite = found.finite().values
            highest = 100.0 if finite.size and finite.max() > 1.5 else 1.0
            return Series(found.steps, 1 - found.values / highest)
    return EMPTY


def _broken_from(curves: Curves) -> float | None:
    """The first step from which one of the losses is never finite again."""
    ends = (_breaks(curves[name]) for name in ("val_loss", "train_loss", "batch_loss"))
    return min((step for step in ends if step is not None), default=None)


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


def _typical_size(*parts: Series) -> float:
    """The median absolute value that is not 0, so that nothing overflows and no unit matters."""
    sizes = np.abs(np.concatenate([part.values for part in parts]))
    sizes = sizes[sizes > 0]
    return max(float(np.sort(sizes)[sizes.size // 2]), 1e-300) if sizes.size else 1.0


def _grid(source: Series) -> Floats:
    if len(source) <= 2 * GRID:
        return source.steps
    thinned: Floats = source.steps[np.linspace(0, len(source) - 1, GRID).astype(int)]
    return thinned


def _in_units(scale: float, values: Floats) -> Floats:
    with np.errstate(over="ignore"):  # clipped at once
        scaled: Floats = np.clip(values / scale, -HIGHEST, HIGHEST)
    return np.round(scaled, DIGITS)


def _offset(*parts: Floats) -> float:
    """What has to be added to losses below zero, which have no zero to take shares of: a tenth of the range is left."""
    lowest = min((float(part.min()) for part in parts if part.size), default=0.0)
    if lowest >= 0:
        return 0.0
    highest = max(float(part.max()) for part in parts if part.size)
    return 0.1 * (highest - lowest) - lowest


def _at_steps(steps: Floats, series: Series, scale: float) -> Floats:
    """``series``, in units, at ``steps``: the mean since the step before where it is much denser, else interpolated."""
    if len(series) == 0:
        return NOTHING
    values = _in_units(scale, series.values)
    if len(series) < 3 * steps.size:
        aligned = np.array_equal(series.steps, steps)
        return values if aligned else _interpolated(steps, series.steps, values)
    sums = np.concatenate([[0.0], np.cumsum(values)])
    past = np.maximum(np.searchsorted(series.steps, steps, side="right"), 1)
    first = np.minimum(np.concatenate([[0], past[:-1]]), past - 1)
    means: Floats = (sums[past] - sums[first]) / (past - first)
    return means


def _interpolated(steps: Floats, known: Floats, values: Floats) -> Floats:
    """Interpolated; where the steps are so close or so far that slopes overflow, the value at the step before."""
    before: Floats = values[np.maximum(np.searchsorted(known, steps, side="right") - 1, 0)]
    with np.errstate(all="ignore"):  # replaced at once
        line = np.interp(steps, known, values)
    found: Floats = np.where(np.isfinite(line), np.clip(line, values.min(), values.max()), before)
    return found
