"""How far and how fast a run came: shares of its start, and when."""

from __future__ import annotations

import math

import numpy as np

from sweep.curves import Floats
from sweep.diagnosis.measures.run import Run, log_ratio, ratio
from sweep.diagnosis.noise import median

ROUNDING = 1e-9  # of a share of the run: no unit of the steps may move a boundary

__all__ = [
    "drop_time",
    "early_share",
    "late_fall",
    "late_fall_z",
    "main_fall",
    "main_fall_to_bottom",
    "moved",
    "rise_above_start",
    "settling_time",
    "start_ratio",
    "train_drop_time",
    "train_early_share",
    "train_fall",
    "train_late_fall",
    "train_late_fall_z",
    "train_left",
]


def main_fall(run: Run) -> float:
    """Share of its origin that the main series has lost at the end: ``(origin - end) / |origin|``."""
    return ratio(run.origin - run.end, abs(run.origin))


def main_fall_to_bottom(run: Run) -> float:
    """Share of its origin that the main series had lost at its bottom: ``(origin - bottom) / |origin|``."""
    return ratio(run.drop, abs(run.origin))


def train_fall(run: Run) -> float:
    """Share of its origin that training has lost at the end; NaN without training."""
    if not run.train.size:
        return math.nan
    return ratio(run.train_origin - run.train_end, abs(run.train_origin))


def train_left(run: Run) -> float:
    """Logarithm of training's end over its start; NaN without training or where either is not positive."""
    return log_ratio(run.train_end, run.train_start) if run.train.size else math.nan


def moved(run: Run) -> float:
    """The larger of the shares that the main series and training have lost at the end."""
    fall = main_fall(run)
    return max(fall, train_fall(run)) if run.train.size else fall


def start_ratio(run: Run) -> float:
    """Logarithm of training's start over validation's first value; NaN without both, or where either is not positive.

    Far from 0, the two are on different scales, or much was learnt before the first evaluation.
    """
    return log_ratio(run.train_start, float(run.main[0])) if run.both else math.nan


def rise_above_start(run: Run) -> float:
    """How far the run ends above its start, in training too: the smaller of the two shares of the start."""
    main = ratio(run.end - run.start, abs(run.start))
    if not run.train.size:
        return main
    return min(main, ratio(run.train_end - run.train_start, abs(run.train_start)))


def drop_time(run: Run) -> float:
    """Share of the run until the level had come half of its way down; NaN where it did not fall."""
    return _time_of(run, run.level, run.origin, run.drop, 0.5)


def settling_time(run: Run) -> float:
    """Share of the run until the level had come nine tenths of its way down; NaN where it did not fall."""
    return _time_of(run, run.level, run.origin, run.drop, 0.9)


def train_drop_time(run: Run) -> float:
    """``drop_time`` of training; NaN where there is none."""
    return _time_of(run, run.train_level, run.train_origin, run.train_drop, 0.5)


def early_share(run: Run) -> float:
    """Share of its drop that the main series had behind it after a tenth of the run; NaN below 8 points."""
    return _early(run, run.level, run.origin, run.drop)


def train_early_share(run: Run) -> float:
    """``early_share`` of training; NaN where there is none."""
    return _early(run, run.train_level, run.train_origin, run.train_drop)


def late_fall(run: Run) -> float:
    """Fall of the level over the last quarter of the run, as a share of the drop; NaN below 8 points.

    Negative where it rises.
    """
    return _late(run, run.main, run.drop)


def train_late_fall(run: Run) -> float:
    """``late_fall`` of training; NaN where there is none."""
    return _late(run, run.train, run.train_drop)


def late_fall_z(run: Run) -> float:
    """Slope of a straight line through the last third, in its standard errors, downwards positive; NaN below 9 points.

    Ordinary least squares; the residuals give the error.
    """
    return _slope_z(run.main)


def train_late_fall_z(run: Run) -> float:
    """``late_fall_z`` of training; NaN where there is none."""
    return _slope_z(run.train)


def _time_of(run: Run, level: Floats, origin: float, drop: float, share: float) -> float:
    if not level.size or not drop > 0:
        return math.nan
    below = level <= origin - share * drop
    return float(run.series.time[int(np.argmax(below))]) if below.any() else math.nan


def _early(run: Run, level: Floats, origin: float, drop: float) -> float:
    if level.size < 8 or not drop > 0:
        return math.nan
    at = int(np.searchsorted(run.series.time, 0.1 - ROUNDING))
    return ratio(origin - float(level[min(at, level.size - 1)]), drop)


def _late(run: Run, values: Floats, drop: float) -> float:
    if values.size < 8 or not drop > 0:
        return math.nan
    width = max(2, values.size // 8)
    first = int(np.searchsorted(run.series.time, 0.75 - ROUNDING))
    before = values[max(first - width // 2, 0) : max(first - width // 2, 0) + width]
    if not before.size:
        return math.nan
    return ratio(median(before) - median(values[-width:]), drop)


def _slope_z(values: Floats) -> float:
    if values.size < 9:
        return math.nan
    late = values[-max(6, values.size // 3) :]
    x = np.arange(late.size) - 0.5 * (late.size - 1)
    spread = float(x @ x)
    slope = float(x @ late) / spread
    left = late - late.mean() - slope * x
    error = float(np.sqrt((left @ left) / (late.size - 2) / spread))
    return float(np.clip(ratio(-slope, error) if slope < 0 else -ratio(slope, error), -20.0, 20.0))
