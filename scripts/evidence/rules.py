"""Named rules over the gains: textbook symptoms of the true curves where no treatment, or no treatment alone, decides.

They read the evaluated losses of a run at evenly spaced evaluations, in units of what a constant predictor loses.

| rule | symptom | label |
|---|---|---|
| `not_finite` | a loss is not finite at the end | erratic |
| `constant` | neither loss ever gets below a constant predictor's, and nothing moved | underfit |
| `collapsed` | both losses end at a constant predictor's, or never get below it, after visible unrest | erratic |
| `never_learns` | validation never gets below a constant predictor, training does by far | overfit |
| `learnt_nothing` | neither does training by far | underfit |
| `stalled` | validation stops far above a training loss that falls on | overfit |
| `jumps` | validation jumps many times beside a smooth training loss | erratic |
| `no_progress` | nothing moved, though the level is better than a constant predictor's | mixed |

The first three hold whatever the gains are: a run that stays at a constant predictor looks the same whether its rate
was too low or killed it at once. The others decide only what the gains leave healthy.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Floats = np.ndarray
NEAR = 0.04


@dataclass(frozen=True)
class Shown:
    """Evaluated losses of a run over a constant predictor's: training, validation, test, each ``(evaluations,)``."""

    train: Floats
    val: Floats
    test: Floats


def unrest(values: Floats) -> float:
    """Sum of all rises beyond 0.02, the first evaluation left out: a run may start anywhere."""
    rises = np.diff(values[1:])
    return float(rises[rises > 0.02].sum())


def level(values: Floats) -> float:
    """Mean over the last tenth."""
    return float(values[-max(len(values) // 10, 1) :].mean())


def rule(shown: Shown, label: str) -> tuple[str, str]:
    """Label and name of the rule that decides, which is empty if none does."""
    train, val, test = shown.train, shown.val, shown.test
    if not all(np.isfinite(values[-1]) for values in (train, val, test)):
        return "erratic", "not_finite"
    flat = _constant(train, val, test)
    if flat:
        return flat
    if label != "healthy":
        return label, ""
    return _symptom(train, val, test) or ("healthy", "")


def _constant(train: Floats, val: Floats, test: Floats) -> tuple[str, str] | None:
    """The run ends as a constant predictor or worse: dead from the start, or after unrest."""
    ends_there = min(level(train), level(test)) > 1 - NEAR
    if not ends_there:
        return None
    calm = max(unrest(np.minimum(train, 1e3)), unrest(np.minimum(val, 1e3))) < 0.15
    never = min(train.min(), test.min()) > 1 - 3 * NEAR
    if calm and never:
        return "underfit", "constant"
    if not calm:
        return "erratic", "collapsed"
    return None


def _symptom(train: Floats, val: Floats, test: Floats) -> tuple[str, str] | None:
    """Textbook symptoms of a run that no treatment helps."""
    moved = max(np.ptp(train), np.ptp(val))
    gap = level(val) - level(train)
    if test.min() > 1 - NEAR:
        memorised = level(train) < min(train[0], 1.0) - 0.25
        return ("overfit", "never_learns") if memorised else ("underfit", "learnt_nothing")
    arrived = int(np.argmax(val <= val.min() + 0.03))
    fell_on = train[arrived] - level(train)
    if gap > 0.35 and fell_on > 0.15:
        return "overfit", "stalled"
    jumps = np.diff(val)
    if (jumps > 0.12).sum() >= 4 and np.diff(train).max() < 0.04:
        return "erratic", "jumps"
    if moved < 0.02:
        return "mixed", "no_progress"
    return None
