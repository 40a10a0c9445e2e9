"""Finer findings that explain a run without deciding its regime."""

from __future__ import annotations

import numpy as np

from sweep.curves import Curves
from sweep.diagnosis.constants import BOUNDS
from sweep.diagnosis.features import MOST, Features, ratio
from sweep.diagnosis.noise import median, smooth
from sweep.diagnosis.rule import at, percent
from sweep.diagnosis.series import HIGHEST, PreparedSeries
from sweep.diagnosis.types import Finding


def symptoms(view: PreparedSeries, f: Features, curves: Curves) -> tuple[Finding, ...]:
    """All finer findings that show."""
    every = (
        no_validation(view),
        loss_spike(view, f),
        early_plateau(view, f),
        memorised_noisy_labels(view, f),
        validation_unlike_training(view, f),
        delayed_generalization(view, f),
        accuracy_still_rises(f, curves),
        gradients(curves, f),
    )
    return tuple(found for found in every if found is not None)


def no_validation(view: PreparedSeries) -> Finding | None:
    """There is nothing to judge generalization by."""
    if view.val.size:
        return None
    return Finding("no_validation", 0.0, 1.0, None, "no validation series: overfitting cannot be seen")


def loss_spike(view: PreparedSeries, f: Features) -> Finding | None:
    """One point, or two, far above both neighbours, and back again."""
    main, bound = view.main, 0.25
    if main.size < 7:
        return None
    height = main[2:-2] - np.maximum(np.maximum(main[:-4], main[4:]), 0.5 * (main[:-4] + main[4:]))
    where = int(np.argmax(height))
    share = ratio(float(height[where]), max(f.start - f.bottom, 0.0))
    if share < bound or float(height[where]) < 8 * f.sigma:
        return None
    step = float(view.steps[where + 2])
    text = f"the {view.kind} spiked at {at(step)} by {percent(share)} of its range, and came back"
    return Finding("loss_spike", share, bound, step, text)


def early_plateau(view: PreparedSeries, f: Features) -> Finding | None:
    """It settled in the first fifth, at more than half of its start, and training with it."""
    left = ratio(f.end, f.start)
    early = f.stalled > 0.8 and f.points >= 8 and f.moved > BOUNDS["moved"]
    trained = not view.train.size or (f.stall_fell < 0.1 and f.gap_of_level < 0.2)
    if not (early and trained and 0.5 < left < 1):
        return None
    step = float(view.steps[f.settled_at])
    text = f"the {view.kind} settled at {at(step)} at {percent(left)} of its start: a stronger model may go lower"
    return Finding("early_plateau", f.stalled, 0.8, step, text)


def memorised_noisy_labels(view: PreparedSeries, f: Features) -> Finding | None:
    """Training ends near zero while validation ends worse than an untrained model."""
    if not (view.val.size and view.train.size) or f.points < 5:
        return None
    worse = ratio(f.end - f.start, abs(f.start))
    if not (worse > 0.05 and f.train_lost > 0.8 and f.rise_z > BOUNDS["rise_z"]):
        return None
    text = (
        f"validation {view.kind} ends {percent(worse)} above its start while training lost {percent(f.train_lost)}: "
        "labels were memorised that do not carry over"
    )
    return Finding("memorised_noisy_labels", worse, 0.05, float(view.steps[f.bottom_at]), text)


def validation_unlike_training(view: PreparedSeries, f: Features) -> Finding | None:
    """Validation is clearly better than training through the second half: easier, leaked, or scored otherwise."""
    if not (view.val.size and view.train.size) or f.points < 5:
        return None
    half = slice(f.points // 2, None)
    better = ratio(median(view.train[half] - view.val[half]), median(np.abs(view.train[half])))
    if better <= 0.2:
        return None
    text = (
        f"validation {view.kind} is {percent(better)} below training: another distribution, a leak, or "
        "regularisation that is only on in training"
    )
    return Finding("validation_unlike_training", better, 0.2, None, text)


def delayed_generalization(view: PreparedSeries, f: Features) -> Finding | None:
    """Validation rose as an overfit run does, and later fell below its earlier bottom."""
    if not view.val.size or f.points < 10:
        return None
    level = smooth(view.val)
    lowest = np.minimum.accumulate(level)
    climb = level - lowest
    top = int(np.argmax(climb))
    share = ratio(float(climb[top]), max(f.start - f.bottom, 0.0))
    won = ratio(float(lowest[top]) - f.end, max(f.start - f.bottom, 0.0))
    if share < 0.1 or won < 0.05 or float(climb[top]) < 4 * f.sigma or share >= MOST:
        return None
    step = float(view.steps[top])
    text = f"validation {view.kind} rose until {at(step)} and fell below its earlier best afterwards"
    return Finding("delayed_generalization", won, 0.05, step, text)


def accuracy_still_rises(f: Features, curves: Curves) -> Finding | None:
    """Validation loss rose, yet validation accuracy is at its best: surer, not worse, decisions."""
    accuracy = curves["val_acc"].finite()
    if not (f.rise > BOUNDS["rise_least"] and f.rise_z > BOUNDS["rise_z"]) or len(accuracy) < 8:
        return None
    level = smooth(np.clip(accuracy.values, -HIGHEST, HIGHEST))
    lost = float(level.max() - level[-1])
    if lost > 0.01 * max(abs(float(level.max())), 1e-9):
        return None
    text = "validation accuracy is still at its best although validation loss rose: the model is surer, not more wrong"
    return Finding("accuracy_still_rises", lost, 0.01, float(accuracy.steps[-1]), text)


def gradients(curves: Curves, f: Features) -> Finding | None:
    """Gradient norms that explode, or vanish before anything was learnt."""
    norms = curves["grad_norm"].finite()
    if len(norms) < 10:
        return None
    values = np.abs(norms.values)
    typical = median(values)
    highest = ratio(float(values.max()), typical)
    if highest >= 50:
        step = float(norms.steps[int(np.argmax(values))])
        text = f"the gradient norm reached {highest:.0f} times its typical size at {at(step)}"
        return Finding("exploding_gradients", highest, 50.0, step, text)
    first, final = median(values[: len(values) // 5]), float(np.median(values[-(len(values) // 5) :]))
    if final < 1e-3 * first and f.moved < BOUNDS["moved"]:
        text = "the gradients vanished before anything was learnt"
        return Finding("vanishing_gradients", ratio(final, first), 1e-3, float(norms.steps[-1]), text)
    return None
