"""When does a running training stop paying? The chance that a better validation loss is still to come.

A stop cannot be taken back, so it is a probability that is acted on, not a symptom. It is read from all evaluations so
far: how far and how surely validation rose, how unusually long no record came, whether training fell on meanwhile and
how far below validation it is, and where the extrapolation points. It was calibrated on published fine-tuning runs:
docs/stopping.md says how, and what it misses.
"""

from __future__ import annotations

import math

import numpy as np

from sweep.diagnosis.evaluations import Losses
from sweep.diagnosis.prospect import measure_prospect
from sweep.diagnosis.prospect_models import models
from sweep.diagnosis.series import PreparedSeries

FEWEST = 5  # evaluations before a stop
LEAST_WAIT = 2  # evaluations without a new best before a stop
BETTER = 0.01  # share of the best by which a later one must be lower to count as better
IDLE_POINTS = 20  # evaluations before standing still is a reason to stop
STILL = 1e-6  # share of its range that a series moves by while it stands still


def chance_of_better(losses: Losses) -> float:
    """The chance, in 0..1, that a validation loss more than 1 % below the best so far will still come.

    1 below ``FEWEST`` evaluations: nothing can be told.
    """
    if losses.val.size < FEWEST:
        return 1.0
    prospect = measure_prospect(losses.val, losses.train, losses.time)
    odds = models().better.score(prospect)
    return 1 / (1 + math.exp(-min(max(odds, -30.0), 30.0)))


def is_idle(series: PreparedSeries) -> bool:
    """Whether every series stood still, to a millionth of its range, in the last half of a long enough run."""
    size = series.main.size
    if size < IDLE_POINTS:
        return False
    parts = [part for part in (series.val, series.train) if part.size]
    return all(np.ptp(part[size // 2 :]) <= STILL * np.ptp(part) for part in parts)
