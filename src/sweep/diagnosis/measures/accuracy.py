"""What the accuracies tell, where they were recorded: NaN elsewhere."""

from __future__ import annotations

import math

import numpy as np

from sweep.curves import Floats
from sweep.diagnosis.measures.run import Run, tail_length
from sweep.diagnosis.noise import median

__all__ = [
    "acc_end",
    "acc_gain",
    "acc_gap",
    "acc_jump",
    "acc_lost",
    "chance_distance",
    "constant_acc_share",
    "train_acc_end",
]


def acc_end(run: Run) -> float:
    """Last level of the accuracy, in 0..1."""
    return _end(run.accuracy)


def train_acc_end(run: Run) -> float:
    """Last level of the training accuracy beside a validation accuracy."""
    return _end(run.train_accuracy)


def acc_gain(run: Run) -> float:
    """Last accuracy less the first."""
    return _end(run.accuracy) - float(run.accuracy[0]) if run.accuracy.size else math.nan


def acc_gap(run: Run) -> float:
    """Training accuracy less validation accuracy at the end."""
    return _end(run.train_accuracy) - _end(run.accuracy) if run.train_accuracy.size else math.nan


def acc_lost(run: Run) -> float:
    """The best accuracy, smoothed over three points, less the last level."""
    values = run.accuracy
    if values.size < 3:
        return math.nan
    level = (values[:-2] + values[1:-1] + values[2:]) / 3
    return float(level.max()) - _end(values)


def acc_jump(run: Run) -> float:
    """Mean absolute step from one accuracy to the next over the last two thirds; NaN below 4 points."""
    if run.accuracy.size < 4:
        return math.nan
    return float(np.abs(np.diff(run.accuracy[run.accuracy.size // 3 :])).mean())


def constant_acc_share(run: Run) -> float:
    """Share of the accuracies that equal the commonest one; NaN below 3 points.

    A constant predictor has the accuracy of the class that it names, whatever the loss does.
    """
    if run.accuracy.size < 3:
        return math.nan
    _, counts = np.unique(np.round(run.accuracy, 4), return_counts=True)
    return float(counts.max()) / run.accuracy.size


def chance_distance(run: Run) -> float:
    """How far the last accuracy is from one over the nearest whole number of classes, relative; NaN above 0.55.

    A balanced task of k classes has chance at 1/k; more than a thousand classes are not told apart.
    """
    end = _end(run.accuracy)
    if not 1e-3 <= end <= 0.55:
        return math.nan
    classes = max(round(1 / end), 2)
    return abs(end * classes - 1)


def _end(accuracy: Floats) -> float:
    return median(accuracy[-tail_length(accuracy.size) :]) if accuracy.size else math.nan
