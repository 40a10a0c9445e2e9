"""The forecast: by how much the validation loss will have fallen after as much training again."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from sweep.diagnosis.evaluations import Losses
from sweep.diagnosis.noise import median, noise
from sweep.diagnosis.prospect import Prospect, measure_prospect
from sweep.diagnosis.prospect_models import models
from sweep.diagnosis.series import PreparedSeries
from sweep.diagnosis.trend import extrapolate

FEWEST = 5  # validation points below which nothing is forecast
SETTLED = 8  # evaluations below which no lowest final loss is told
LEARNS = 1.05  # how many times its level the start is where a run has begun to learn


class Forecast(NamedTuple):
    """A gain, negative where the loss will rise, and one standard deviation of it; both in the loss's own unit."""

    gain: float
    error: float


def expected_gain(series: PreparedSeries, fall: float | None = None) -> Forecast | None:
    """By how much lower the validation loss (median of three) will be after as much training again.

    ``fall`` is what ``trend.extrapolate`` promises of ``series.val``, in its units, where that is known already.
    ``None`` where it can't be told: below ``FEWEST`` validation losses, without a loss, or where the run broke off.
    """
    if series.val.size < FEWEST or series.kind != "loss" or series.broken is not None:
        return None
    prospect = measure_prospect(series.val, series.train, series.time, fall)
    change, spread = forecast_change(prospect)
    level = median(series.val[-3:]) * series.scale
    return Forecast(-level * change, level * spread)


def forecast_change(prospect: Prospect) -> tuple[float, float]:
    """The change of the validation level in as much training again, and its deviation, as shares of the level now."""
    fitted = models()
    return math.expm1(fitted.change.score(prospect)), math.exp(fitted.spread.score(prospect))


def optimistic_final(losses: Losses, done: float) -> float:
    """The lowest validation loss that a run may still reach by its end, when a share ``done`` of it is over.

    Its best so far, or as far below the last level as one and a half times the extrapolation reaches with three errors
    more. Minus infinity where that can't be told: below ``SETTLED`` evaluations, and before it has begun to learn.
    """
    val = losses.val
    if val.size < SETTLED or not 0 < done <= 1:
        return -math.inf
    level = median(val[-3:])
    start = max(float(val[0]), float(losses.train[0]) if losses.train.size else 0.0)
    if start < LEARNS * level:
        return -math.inf
    fall, error = extrapolate(losses.time, val, 1 / done)
    lowest = level - 1.5 * fall - 3 * float(np.hypot(error, noise(val)))
    return losses.value(min(float(val.min()), lowest))
