"""What the evaluations so far say about those to come: the measures behind the forecast and the stop."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from sweep.curves import Floats
from sweep.diagnosis.noise import noise
from sweep.diagnosis.trend import extrapolate

FEWEST = 4  # evaluations below which nothing is measured
RECORD = 0.01  # share of the best value by which a new best counts as a record
LEAST_NOISE = 1e-4  # of the level: losses are logged with four digits
FARTHEST = 8.0  # a logarithm of a ratio is held within +- this


class Prospect(NamedTuple):
    """Measures at the last of the evaluations so far, free of the units of losses and steps.

    Levels are medians of three. NaN where there is no training series.
    """

    rise: float  # ln of the level over the best value
    rise_z: float  # ln of 1 + the rise in standard deviations of the noise
    since_best: float  # share of the evaluations that came after the best
    wait: float  # ln of the evaluations since the last record over the longest wait for a record before
    clearance: float  # ln of the lowest value of late over the best, in units of relative noise, at most 6
    slope_third: float  # fall or rise of the line through the last third, as a share of the best
    slope_since: float  # the same of the line through all since the best, at least four evaluations
    slope_since_z: float  # its signed ln of 1 + the slope in its own standard errors
    promised: float  # ln of 1 + the extrapolated fall as a share of the best
    aim: float  # where the extrapolation ends, above (below) the best, as a share of it
    noise: float  # ln of the noise as a share of the level
    train_fell: float  # ln of training at the best evaluation over training now
    gap: float  # ln of the validation level over training now


def measure_prospect(val: Floats, train: Floats, time: Floats, fall: float | None = None) -> Prospect:
    """Measure a validation loss so far.

    ``val`` is finite and not negative; ``train`` is training at the same evaluations, or empty; ``time`` are their
    steps as shares of the run so far; all of the shape ``(evaluations,)``, at least ``FEWEST`` of them. ``fall`` is
    what ``extrapolate`` promises, where that is known already.
    """
    count = val.size
    best_at = int(np.argmin(val))
    tiny = 1e-9 * float(val.max()) + 1e-300
    best = max(float(val[best_at]), tiny)
    level = max(_median3(val, count - 1), tiny)
    since = count - 1 - best_at
    sigma = max(noise(val), noise(val[count // 2 :]))
    relative_noise = max(sigma / level, LEAST_NOISE)
    late_low = max(float(val[count - 1 - since // 2 :].min()), tiny)
    if fall is None:
        fall, _ = extrapolate(time, val)
    train_fell, gap = _beside(train, best_at, level) if train.size else (math.nan, math.nan)
    slope_since, slope_since_z = _line(val[-max(4, since + 1) :], best)
    return Prospect(
        rise=_log_ratio(level, best),
        rise_z=min(math.log1p(max(level - best, 0.0) / (sigma + 1e-6 * best)), FARTHEST),
        since_best=since / count,
        wait=_wait(val),
        clearance=min(_log_ratio(late_low, best) / relative_noise, 6.0),
        slope_third=_line(val[-max(4, count // 3) :], best)[0],
        slope_since=slope_since,
        slope_since_z=slope_since_z,
        promised=min(math.log1p(fall / best), FARTHEST),
        aim=min((level - fall) / best - 1, 2.0),
        noise=math.log(relative_noise),
        train_fell=train_fell,
        gap=gap,
    )


def _median3(values: Floats, at: int) -> float:
    """Median of the value at an index and its neighbours, or of the last three at the end."""
    first = max(min(at - 1, values.size - 3), 0)
    return float(sorted(values[first : first + 3].tolist())[1])


def _log_ratio(top: float, below: float) -> float:
    return min(max(math.log(top) - math.log(below), -FARTHEST), FARTHEST)


def _beside(train: Floats, best_at: int, level: float) -> tuple[float, float]:
    """How far training fell since the best evaluation, and how far below validation it is."""
    tiny = 1e-9 * max(float(np.abs(train).max()), level) + 1e-300
    now = max(_median3(train, train.size - 1), tiny)
    then = max(_median3(train, best_at), tiny)
    return _log_ratio(then, now), _log_ratio(level, now)


def _wait(val: Floats) -> float:
    """How unusually long the last record is ago, against the longest wait between two records."""
    lowest = np.minimum.accumulate(val)
    records = np.flatnonzero(val[1:] < (1 - RECORD) * lowest[:-1]) + 1
    ends = np.concatenate([[0], records])
    longest = int(np.diff(ends).max()) if records.size else 1
    return math.log((val.size - ends[-1]) / (longest + 1))


def _line(values: Floats, best: float) -> tuple[float, float]:
    """Of the least-squares line through ``values``: what it rises from end to end, as a share of the best, within +-2;
    and ln of 1 + its slope in standard errors, with the sign of the slope."""
    at = np.arange(values.size) - 0.5 * (values.size - 1)
    spread = float(at @ at)
    centred = values - values.mean()
    slope = float(at @ centred) / spread
    left = max(float(centred @ centred) - slope * slope * spread, 0.0)
    error = math.sqrt(left / (values.size - 2) / spread) + LEAST_NOISE * best / values.size
    rise = min(max(slope * values.size / best, -2.0), 2.0)
    return rise, math.copysign(min(math.log1p(abs(slope) / error), 3.0), slope)
