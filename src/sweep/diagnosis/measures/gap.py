"""Validation against training: the distance between their ends, and how it grew. NaN where either is missing."""

from __future__ import annotations

import math

from sweep.diagnosis.measures.run import Run, log_ratio, ratio

__all__ = ["gap_at_bottom", "gap_growth", "gap_of_drop", "gap_of_level", "level_ratio"]


def gap_of_level(run: Run) -> float:
    """``(end - train_end) / |end|``."""
    return ratio(run.end - run.train_end, abs(run.end)) if run.both else math.nan


def gap_of_drop(run: Run) -> float:
    """The gap at the end as a share of what validation gained."""
    return ratio(run.end - run.train_end, max(run.origin - run.end, 0.0)) if run.both else math.nan


def gap_at_bottom(run: Run) -> float:
    """The gap where validation had its lowest level, as a share of that level."""
    if not run.both:
        return math.nan
    return ratio(run.bottom - float(run.train_level[run.bottom_at]), abs(run.bottom))


def gap_growth(run: Run) -> float:
    """By how much the gap grew since the first tenth of the run, as a share of validation's last level."""
    if not run.both:
        return math.nan
    early = run.points // 10
    before = float(run.level[early] - run.train_level[early])
    return ratio(run.end - run.train_end - before, abs(run.end))


def level_ratio(run: Run) -> float:
    """Logarithm of validation's end over training's; NaN where either is not positive."""
    return log_ratio(run.end, run.train_end) if run.both else math.nan
