"""The evaluations of a running training, kept so that each new row costs the same however many came before."""

from __future__ import annotations

import math
from array import array
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from sweep.curves import Floats
from sweep.diagnosis.noise import median
from sweep.diagnosis.series import HIGHEST, NOTHING, share_of_run

TRAINING = ("train_loss", "batch_loss")  # the first that was recorded is compared with validation


class Losses(NamedTuple):
    """Losses at the evaluations so far, shape ``(evaluations,)``; ``train`` may be empty. ``time`` ends at 1.

    ``val`` and ``train`` are divided by ``scale``, the median size of a validation loss, and raised by ``offset``
    where one of them is negative, so that a tenth of their range is left below them.
    """

    steps: Floats
    time: Floats
    val: Floats
    train: Floats
    scale: float
    offset: float

    def value(self, level: float) -> float:
        """A level in the unit of the log."""
        return (level - self.offset) * self.scale


class Evaluations:
    """Validation losses, and the mean training loss since the evaluation before each of them.

    Non-finite values are left out, and so are zeros before the first other value: a counter that had not been filled.
    A step at or before the last one begins anew from there, as a run does that is resumed from a checkpoint.
    """

    def __init__(self) -> None:
        self._steps = array("d")
        self._val = array("d")
        self._train = {name: _Window() for name in TRAINING}

    def __len__(self) -> int:
        return len(self._steps)

    def add(self, step: float, values: Mapping[str, float]) -> bool:
        """Take one row of a log; whether it held a validation loss."""
        for name, window in self._train.items():
            if name in values:
                late = bool(self._steps) and step <= self._steps[-1]
                window.add(values[name], late)
        val = values.get("val_loss", math.nan)
        if not math.isfinite(val) or (val == 0 and not self._steps):
            return False
        while self._steps and self._steps[-1] >= step:
            self._drop_last()
        self._steps.append(step)
        self._val.append(val)
        for window in self._train.values():
            window.close()
        return True

    def losses(self) -> Losses:
        """Everything so far as arrays."""
        steps = np.array(self._steps)
        val = np.array(self._val)
        train = next((window.values() for window in self._train.values() if window.known), NOTHING)
        scale = median(np.abs(val)) or 1.0
        val, train = _in_units(scale, val), _in_units(scale, train)
        lowest = min(float(part.min()) for part in (val, train) if part.size)
        offset = 0.0
        if lowest < 0:
            highest = max(float(part.max()) for part in (val, train) if part.size)
            offset = 0.1 * (highest - lowest) - lowest
        return Losses(steps, share_of_run(steps), val + offset, train + offset, scale, offset)

    def waited(self) -> int:
        """Evaluations since the best one."""
        values = np.frombuffer(self._val)
        return values.size - 1 - int(np.argmin(values))

    def best(self) -> tuple[float, float]:
        """The lowest validation loss, and its step."""
        at = len(self) - 1 - self.waited()
        return self._val[at], self._steps[at]

    def _drop_last(self) -> None:
        self._steps.pop()
        self._val.pop()
        for window in self._train.values():
            window.drop_last()


def _in_units(scale: float, values: Floats) -> Floats:
    with np.errstate(over="ignore"):  # clipped at once
        scaled: Floats = np.clip(values / scale, -HIGHEST, HIGHEST)
    return scaled


class _Window:
    """A training loss averaged from one evaluation to the next; the last known mean where nothing came between."""

    def __init__(self) -> None:
        self.known = False  # whether any value was recorded
        self._means = array("d")
        self._sum = 0.0
        self._count = 0
        self._closed = (0.0, 0)  # sum and count behind the last mean

    def add(self, value: float, late: bool) -> None:
        """Take a value; a late one belongs to the evaluation that is closed already."""
        if not math.isfinite(value) or (value == 0 and not self.known):
            return
        self.known = True
        if late:
            total, count = self._closed
            self._closed = (total + value, count + 1)
            self._means[-1] = self._closed[0] / self._closed[1]
            return
        self._sum += value
        self._count += 1

    def close(self) -> None:
        """End the window at an evaluation."""
        last = self._means[-1] if self._means else math.nan
        self._means.append(self._sum / self._count if self._count else last)
        self._closed = (self._sum, self._count)
        self._sum = 0.0
        self._count = 0

    def drop_last(self) -> None:
        """Forget the last evaluation and open its window again."""
        self._means.pop()
        self._sum += self._closed[0]
        self._count += self._closed[1]
        self._closed = (0.0, 0)

    def values(self) -> Floats:
        """The means at the evaluations; before the first known one, that one. Empty where no window was closed."""
        means = np.array(self._means)
        known = np.flatnonzero(np.isfinite(means))
        if not known.size:
            return NOTHING
        means[: known[0]] = means[known[0]]
        return means
