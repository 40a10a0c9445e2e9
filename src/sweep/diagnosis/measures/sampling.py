"""How the run was logged: what a measure can be trusted for depends on it."""

from __future__ import annotations

import math

from sweep.diagnosis.measures.run import Run

__all__ = ["log_points", "train_density"]


def log_points(run: Run) -> float:
    """Logarithm, base 10, of the number of points of the main series."""
    return math.log10(run.points)


def train_density(run: Run) -> float:
    """Logarithm, base 10, of the training rows per validation point; NaN without both."""
    if not run.both:
        return math.nan
    rows = max(len(run.curves["train_loss"]), len(run.curves["batch_loss"]), 1)
    return math.log10(rows / run.points)
