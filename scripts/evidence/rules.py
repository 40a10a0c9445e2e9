"""Named rules over the gains: textbook symptoms of the true curves where no treatment, or no treatment alone, decides.

They read the evaluated losses of a run at evenly spaced evaluations, in units of what a constant predictor loses.

| rule | symptom | label |
|---|---|---|
| `not_finite` | a loss is not finite at the end | erratic |
| `constant` | neither loss gets below a constant predictor's, without instability | underfit |
| `collapsed` | both losses end at a constant predictor's or above, after visible instability | erratic |
| `never_learns` | validation does not get below a constant predictor's, training falls by a quarter of it | overfit |
| `learnt_nothing` | validation does not get below a constant predictor's, training falls by less | underfit |
| `stalled` | validation stops far above a training loss that falls on | overfit |
| `jumps` | validation jumps many times beside a smooth training loss | erratic |
| `no_progress` | nothing moved, though the level is better than a constant predictor's | mixed |

The first three hold whatever the gains are: a run that stays at a constant predictor looks the same whether its rate
was too low or its units died at once. The others decide only what the gains leave healthy.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Floats = np.ndarray
NEAR = 0.04  # this close to a constant predictor's loss is at it
RISE = 0.02  # smaller rises between two evaluations are noise
CALM = 0.15  # more than this sum of rises is instability
MEMORISED = 0.25  # the fall of a training loss that fits its examples
ARRIVED = 0.03  # validation this close to its least has stopped falling
GAP = 0.35  # between validation and training at the end
FELL_ON = 0.15  # by how much training falls after validation has stopped
JUMP, JUMPS, SMOOTH = 0.12, 4, 0.04
MOVED = 0.02


@dataclass(frozen=True)
class Shown:
    """Evaluated losses of a run over a constant predictor's: training, validation, test, each ``(evaluations,)``."""

    train: Floats
    val: Floats
    test: Floats


def upward_variation(values: Floats) -> float:
    """Sum of all rises beyond noise, the first evaluation left out: a run may start anywhere."""
    rises = np.diff(np.minimum(values[1:], 1e3))
    return float(rises[rises > RISE].sum())


def level(values: Floats) -> float:
    """Mean over the last tenth."""
    return float(values[-max(len(values) // 10, 1) :].mean())


def rule(shown: Shown, label: str) -> tuple[str, str]:
    """Label and name of the rule that decides, which is empty if none does."""
    if not all(np.isfinite(values[-1]) for values in (shown.train, shown.val, shown.test)):
        return "erratic", "not_finite"
    ended = _constant(shown)
    if ended:
        return ended
    if label != "healthy":
        return label, ""
    return _symptom(shown) or (label, "")


def _constant(shown: Shown) -> tuple[str, str] | None:
    """The run ends as a constant predictor or worse: dead from the start, or after instability."""
    train, val, test = shown.train, shown.val, shown.test
    if min(level(train), level(test)) <= 1 - NEAR:
        return None
    if max(upward_variation(train), upward_variation(val)) >= CALM:
        return "erratic", "collapsed"
    if min(train.min(), test.min()) > 1 - 3 * NEAR:
        return "underfit", "constant"
    return None


def _symptom(shown: Shown) -> tuple[str, str] | None:
    """Textbook symptoms of a run that no treatment helps."""
    train, val, test = shown.train, shown.val, shown.test
    if test.min() > 1 - NEAR:
        memorised = level(train) < min(train[0], 1.0) - MEMORISED
        return ("overfit", "never_learns") if memorised else ("underfit", "learnt_nothing")
    arrived = int(np.argmax(val <= val.min() + ARRIVED))
    if level(val) - level(train) > GAP and train[arrived] - level(train) > FELL_ON:
        return "overfit", "stalled"
    if (np.diff(val) > JUMP).sum() >= JUMPS and np.diff(train).max() < SMOOTH:
        return "erratic", "jumps"
    if max(np.ptp(train), np.ptp(val)) < MOVED:
        return "mixed", "no_progress"
    return None
