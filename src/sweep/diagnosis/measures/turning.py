"""Whether a series turned up again, how far beyond its noise, and what training did meanwhile."""

from __future__ import annotations

import math

import numpy as np

from sweep.curves import Floats
from sweep.diagnosis.measures.run import Run, log_ratio, ratio
from sweep.diagnosis.noise import window_for

__all__ = [
    "bottom_of_start",
    "fall_since_bottom",
    "plateau_share",
    "rise",
    "rise_of_drop",
    "rise_of_level",
    "rise_z",
    "time_since_bottom",
    "train_fall_on_plateau",
    "train_rise",
]


def rise_of_level(run: Run) -> float:
    """Rise from the bottom to the end as a share of the bottom."""
    return ratio(run.end - run.bottom, run.bottom)


def rise_of_drop(run: Run) -> float:
    """Rise from the bottom to the end as a share of the drop before it."""
    return ratio(run.end - run.bottom, run.drop)


def rise(run: Run) -> float:
    """Geometric mean of the rise's shares of the level and of the drop, the latter at most 1.

    Of the level alone it makes much of a wiggle where the loss has become tiny; of the drop alone, where the first
    evaluations were not recorded. The mean asks for both.
    """
    of_drop = min(max(rise_of_drop(run), 0.0), 1.0)
    return math.sqrt(max(rise_of_level(run), 0.0) * of_drop)


def rise_z(run: Run) -> float:
    """Rise from the bottom to the end in standard errors: of the tail's mean and of the smoothed bottom."""
    width = 1 if run.points < 8 else window_for(run.points)
    error = run.late_noise * math.sqrt(1 / run.tail + 1 / width)
    return ratio(run.end - run.bottom, error)


def bottom_of_start(run: Run) -> float:
    """Logarithm of the bottom over the start; NaN where either is not positive."""
    return log_ratio(run.bottom, run.start)


def time_since_bottom(run: Run) -> float:
    """Share of the run, in evaluations, since the bottom."""
    return (run.points - 1 - run.bottom_at) / max(run.points - 1, 1)


def fall_since_bottom(run: Run) -> float:
    """Fall of training since the main series' bottom, as a share of training's level there; NaN without training."""
    return _train_fall_from(run, run.bottom_at)


def plateau_share(run: Run) -> float:
    """Share of the run, in evaluations, since the main series settled within a twentieth of its drop of its bottom."""
    return (run.points - 1 - run.settled_at) / max(run.points - 1, 1)


def train_fall_on_plateau(run: Run) -> float:
    """Fall of training since the main series settled, as a share of training's level there; NaN without training."""
    return _train_fall_from(run, run.settled_at)


def train_rise(run: Run) -> float:
    """``rise`` of training since its own bottom, each share at most 1; NaN without training.

    Where training itself rose, it is not training that took validation up.
    """
    if not run.train.size:
        return math.nan
    return _climbed(run.train_level, run.train_end)


def _train_fall_from(run: Run, index: int) -> float:
    if not run.train.size:
        return math.nan
    there = float(run.train_level[index])
    return ratio(there - run.train_end, abs(there))


def _climbed(level: Floats, end: float) -> float:
    bottom = float(np.min(level))
    up = max(end - bottom, 0.0)
    of_drop = min(ratio(up, float(level[0]) - bottom), 1.0)
    of_level = min(ratio(up, bottom), 1.0)
    return math.sqrt(max(of_drop * of_level, 0.0))
