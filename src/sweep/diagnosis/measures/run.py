"""One run laid out for measuring, with the levels that several measures share."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sweep.curves import Curves, Floats, Series
from sweep.diagnosis.noise import median, noise, smooth
from sweep.diagnosis.series import NOTHING, PreparedSeries
from sweep.diagnosis.trend import extrapolate

MOST = 99.0  # a ratio whose denominator vanishes is held within +- this
FARTHEST_LOG = 12.0  # a logarithm of a ratio is held within +- this
SHORT = 8  # points below which a series is its own level: there is too little to smooth


def ratio(top: float, below: float) -> float:
    """``top / below`` held within +-``MOST``; nothing over nothing is 0."""
    if below <= 0 or abs(top) >= MOST * below:
        return float(np.sign(top)) * MOST if top else 0.0
    return top / below


def log_ratio(top: float, below: float) -> float:
    """Natural logarithm of ``top / below`` held within +-``FARTHEST_LOG``; NaN unless both are positive."""
    if not min(top, below) > 0:
        return math.nan
    return min(max(math.log(top) - math.log(below), -FARTHEST_LOG), FARTHEST_LOG)


def tail_length(points: int) -> int:
    """How many points stand for the end of a series: a tenth of them, at least 3 where there are 12, at most 25."""
    return int(np.clip(round(points / 10), 3 if points >= 12 else 1, 25))


@dataclass(frozen=True)
class Run:
    """Prepared series of a run, its curves as logged, and the loss of a constant predictor where that is known.

    ``chance`` is in the units of the prepared series, infinite where unknown. The main series is validation, or
    training where there is no validation. Levels are in the units of the prepared series.
    """

    series: PreparedSeries
    curves: Curves
    chance: float = math.inf

    @cached_property
    def main(self) -> Floats:
        """The series judged, shape ``(points,)``."""
        return self.series.main

    @cached_property
    def points(self) -> int:
        """Number of points of the main series."""
        return int(self.main.size)

    @property
    def train(self) -> Floats:
        """Training at the steps of the main series, shape ``(points,)``; empty where there is none."""
        return self.series.train

    @cached_property
    def both(self) -> bool:
        """Whether there is a training series beside a validation series."""
        return bool(self.series.val.size and self.train.size)

    @cached_property
    def level(self) -> Floats:
        """The main series without its point-to-point noise."""
        return self.main if self.points < SHORT else smooth(self.main)

    @cached_property
    def train_level(self) -> Floats:
        """Training without its point-to-point noise."""
        return self.train if self.points < SHORT else smooth(self.train)

    @cached_property
    def noise(self) -> float:
        """Standard deviation of the point-to-point noise of the main series."""
        return noise(self.main)

    @cached_property
    def train_noise(self) -> float:
        """The same of training."""
        return noise(self.train)

    @cached_property
    def tail(self) -> int:
        """How many points stand for the end."""
        return tail_length(self.points)

    @cached_property
    def end(self) -> float:
        """Last level of the main series: the median of its tail."""
        return median(self.main[-self.tail :])

    @cached_property
    def train_end(self) -> float:
        """Last level of training; NaN where there is none."""
        return median(self.train[-self.tail :]) if self.train.size else math.nan

    @cached_property
    def start(self) -> float:
        """Where the main series began: its first value, or training's where that is higher and of the same scale.

        The first validation often comes after much has been learnt; the first training loss is nearer to the start.
        """
        first = float(self.main[0])
        if not self.both:
            return first
        began = float(self.train[0])
        return max(first, began) if began < 3 * abs(first) else first

    @cached_property
    def train_start(self) -> float:
        """Where training began: the higher of its first value and its first level; NaN where there is none."""
        return float(max(self.train[0], self.train_level[0])) if self.train.size else math.nan

    @cached_property
    def origin(self) -> float:
        """Where learning counts from: the start, or chance where that is known and lower.

        On a language model's way from all tokens alike to the shares of the tokens, nothing is learnt that anyone
        wants.
        """
        return min(self.start, self.chance)

    @cached_property
    def train_origin(self) -> float:
        """The same of training; NaN where there is none."""
        return min(self.train_start, self.chance)

    @cached_property
    def bottom_at(self) -> int:
        """Index of the lowest level."""
        return int(np.argmin(self.level))

    @cached_property
    def bottom(self) -> float:
        """The lowest level, the end included."""
        return min(float(self.level[self.bottom_at]), self.end)

    @cached_property
    def best_at(self) -> int:
        """Index of the lowest single value."""
        return int(np.argmin(self.main))

    @cached_property
    def drop(self) -> float:
        """How far the main series fell from its origin to its bottom; at least 0."""
        return max(self.origin - self.bottom, 0.0)

    @cached_property
    def train_drop(self) -> float:
        """How far training fell from its origin to its lowest level; NaN where there is none."""
        if not self.train.size:
            return math.nan
        return max(self.train_origin - float(self.train_level.min()), 0.0)

    @cached_property
    def settled_at(self) -> int:
        """Index where the level first came within a twentieth of the drop of its bottom."""
        return int(np.argmax(self.level <= self.bottom + 0.05 * self.drop))

    @cached_property
    def late_noise(self) -> float:
        """Noise of the main series since its bottom, where the steep beginning is over; at most ``noise``."""
        since = self.main[-max(5, self.points - self.bottom_at + 1) :]
        return min(self.noise, noise(since) or self.noise)

    @cached_property
    def outlook(self) -> tuple[float, float]:
        """How far the main series would fall in as much training again, and the standard error of that."""
        return extrapolate(self.series.time, self.main)

    @cached_property
    def accuracy(self) -> Floats:
        """Accuracy of the main side, in 0..1, in the order of the log; empty where it was not recorded."""
        return _share(self.curves["val_acc"] if len(self.curves["val_acc"]) else self.curves["train_acc"])

    @cached_property
    def train_accuracy(self) -> Floats:
        """Training accuracy beside a validation accuracy, in 0..1; empty where either was not recorded."""
        return _share(self.curves["train_acc"]) if len(self.curves["val_acc"]) else NOTHING


def _share(accuracy: Series) -> Floats:
    values = accuracy.finite().values
    if not values.size or values.min() < 0:
        return NOTHING
    highest = float(values.max())
    if highest > 100:
        return NOTHING
    return values / 100 if highest > 1.5 else np.minimum(values, 1.0)
