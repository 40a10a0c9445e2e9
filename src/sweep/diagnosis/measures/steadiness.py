"""How steady a run was: jumps from point to point, climbs that came and went, shared or alone."""

from __future__ import annotations

import math

import numpy as np

from sweep.curves import Floats
from sweep.diagnosis.measures.run import Run, log_ratio, ratio
from sweep.diagnosis.noise import jump_correlation, jump_size, median, noise, shared_rise

__all__ = [
    "batch_noise",
    "excess_over_best",
    "highest_climb",
    "jump_of_level",
    "jump_of_range",
    "late_jump_correlation",
    "late_jump_share",
    "noise_of_drop",
    "noise_of_level",
    "shared_rise_of_drop",
    "shared_rise_of_start",
    "sharp_rises",
    "sign_changes",
    "train_excess_over_best",
    "train_highest_climb",
    "train_jump_of_range",
    "train_noise_of_drop",
    "train_noise_of_level",
    "train_sign_changes",
]


def jump_of_range(run: Run) -> float:
    """Size of the late jumps as a share of all the way that the main series went down, at most 1."""
    return _jump_of_range(run.main, run.origin, run.chance)


def train_jump_of_range(run: Run) -> float:
    """``jump_of_range`` of training; NaN without training."""
    return _jump_of_range(run.train, run.origin, run.chance) if run.train.size else math.nan


def jump_of_level(run: Run) -> float:
    """Size of the late jumps as a share of the late level."""
    return ratio(jump_size(run.main), median(np.abs(run.main[run.points // 3 :])))


def late_jump_share(run: Run) -> float:
    """Logarithm of the noise of the last third over that of the second third; NaN below 18 points or without noise.

    A rate that falls takes its noise with it.
    """
    third = run.points // 3
    if third < 6:
        return math.nan
    return log_ratio(noise(run.main[-third:]), noise(run.main[third : 2 * third]))


def noise_of_drop(run: Run) -> float:
    """Typical point-to-point noise of the main series as a share of its drop; NaN below 5 points."""
    return ratio(run.noise, run.drop) if run.points >= 5 else math.nan


def noise_of_level(run: Run) -> float:
    """Typical point-to-point noise as a share of the last level; NaN below 5 points."""
    return ratio(run.noise, abs(run.end)) if run.points >= 5 else math.nan


def train_noise_of_drop(run: Run) -> float:
    """``noise_of_drop`` of training; NaN without training."""
    return ratio(run.train_noise, run.train_drop) if run.train.size >= 5 else math.nan


def train_noise_of_level(run: Run) -> float:
    """``noise_of_level`` of training; NaN without training."""
    return ratio(run.train_noise, abs(run.train_end)) if run.train.size >= 5 else math.nan


def sign_changes(run: Run) -> float:
    """Share of the inner points where the main series changes its direction; NaN below 4 points."""
    return _turns(run.main)


def train_sign_changes(run: Run) -> float:
    """``sign_changes`` of training; NaN without training."""
    return _turns(run.train)


def late_jump_correlation(run: Run) -> float:
    """Correlation of the late jumps of training and validation; NaN without both."""
    return jump_correlation(run.main, run.train) if run.both else math.nan


def shared_rise_of_drop(run: Run) -> float:
    """All that training and validation rose together, as a share of the way down; NaN without both."""
    if not (run.both and run.series.evaluated):
        return math.nan
    return ratio(shared_rise(run.main, run.train), run.origin - float(run.main.min()))


def shared_rise_of_start(run: Run) -> float:
    """The same as a share of the origin."""
    if not (run.both and run.series.evaluated):
        return math.nan
    return ratio(shared_rise(run.main, run.train), abs(run.origin))


def excess_over_best(run: Run) -> float:
    """Mean height of the main series above its own running minimum, as a share of the drop."""
    return _excess(run.main, run.drop)


def train_excess_over_best(run: Run) -> float:
    """``excess_over_best`` of training; NaN without training."""
    return _excess(run.train, run.train_drop) if run.train.size else math.nan


def highest_climb(run: Run) -> float:
    """The highest that the level ever stood above its running minimum, as a share of the drop."""
    return _highest(run.level, run.drop)


def train_highest_climb(run: Run) -> float:
    """``highest_climb`` of training; NaN without training."""
    return _highest(run.train_level, run.train_drop) if run.train.size else math.nan


def sharp_rises(run: Run) -> float:
    """Share of the steps from point to point that rise by more than a tenth of the drop; NaN below 4 points."""
    if run.points < 4 or not run.drop > 0:
        return math.nan
    return float(np.mean(np.diff(run.main) > 0.1 * run.drop))


def batch_noise(run: Run) -> float:
    """Noise of the late batch losses as a share of their level; NaN below 20 batches."""
    batch = run.series.batch
    if batch.size < 20:
        return math.nan
    late = batch[-max(20, batch.size // 3) :]
    return ratio(noise(late), abs(median(late)))


def _jump_of_range(values: Floats, origin: float, chance: float) -> float:
    highest = max(origin, min(float(values[0]), chance))
    return min(ratio(jump_size(values), highest - float(values.min())), 1.0)


def _turns(values: Floats) -> float:
    if values.size < 4:
        return math.nan
    steps = np.diff(values)
    return float(np.mean(steps[1:] * steps[:-1] < 0))


def _excess(values: Floats, drop: float) -> float:
    above = values - np.minimum.accumulate(values)
    return ratio(float(above.mean()), drop)


def _highest(level: Floats, drop: float) -> float:
    above = level - np.minimum.accumulate(level)
    return ratio(float(above.max()), drop)
