"""Finer findings that explain a run without deciding its regime."""

from __future__ import annotations

import numpy as np

from sweep.diagnosis.findings.bounds import BOUNDS
from sweep.diagnosis.findings.rule import Measures, at, percent
from sweep.diagnosis.measures import MOST, Run, ratio
from sweep.diagnosis.noise import median, smooth
from sweep.diagnosis.types import Finding


def symptoms(run: Run, m: Measures) -> tuple[Finding, ...]:
    """All finer findings that show."""
    every = (
        no_validation(run),
        loss_spike(run),
        early_plateau(run, m),
        memorised_noisy_labels(run, m),
        validation_unlike_training(run),
        delayed_generalization(run),
        accuracy_still_rises(run, m),
        gradients(run, m),
    )
    return tuple(found for found in every if found is not None)


def no_validation(run: Run) -> Finding | None:
    """There is nothing to judge generalization by."""
    if run.series.val.size:
        return None
    return Finding("no_validation", 0.0, 1.0, None, "no validation series: overfitting cannot be seen")


def loss_spike(run: Run) -> Finding | None:
    """One point, or two, far above both neighbours, and back again."""
    main, bound = run.main, 0.25
    if run.points < 7:
        return None
    neighbours = np.maximum(np.maximum(main[:-4], main[4:]), 0.5 * (main[:-4] + main[4:]))
    height = main[2:-2] - neighbours
    where = int(np.argmax(height))
    share = ratio(float(height[where]), run.drop)
    if share < bound or float(height[where]) < 8 * run.noise:
        return None
    step = float(run.series.steps[where + 2])
    text = f"the {run.series.kind} spiked at {at(step)} by {percent(share)} of its range, and came back"
    return Finding("loss_spike", share, bound, step, text)


def early_plateau(run: Run, m: Measures) -> Finding | None:
    """It settled in the first fifth, at more than half of its start, and training with it."""
    left = ratio(run.end, run.start)
    early = m["plateau_share"] > 0.8 and run.points >= 8 and m["moved"] > BOUNDS["moved"]
    trained = not run.train.size or (m["train_fall_on_plateau"] < 0.1 and not m["gap_of_level"] >= 0.2)
    if not (early and trained and 0.5 < left < 1):
        return None
    kind, step = run.series.kind, float(run.series.steps[run.settled_at])
    text = f"the {kind} settled at {at(step)} at {percent(left)} of its start: a stronger model may go lower"
    return Finding("early_plateau", m["plateau_share"], 0.8, step, text)


def memorised_noisy_labels(run: Run, m: Measures) -> Finding | None:
    """Training ends near zero while validation ends worse than an untrained model."""
    if not run.both or run.points < 5:
        return None
    worse = ratio(run.end - run.start, abs(run.start))
    if not (worse > 0.05 and m["train_fall"] > 0.8 and m["rise_z"] > BOUNDS["rise_z"]):
        return None
    text = (
        f"validation {run.series.kind} ends {percent(worse)} above its start while training fell by "
        f"{percent(m['train_fall'])}: the model memorised labels that do not generalise"
    )
    return Finding("memorised_noisy_labels", worse, 0.05, float(run.series.steps[run.bottom_at]), text)


def validation_unlike_training(run: Run) -> Finding | None:
    """Validation is clearly better than training through the second half: easier, leaked, or scored otherwise."""
    if not run.both or run.points < 5:
        return None
    half = slice(run.points // 2, None)
    better = ratio(median(run.train[half] - run.main[half]), median(np.abs(run.train[half])))
    if better <= 0.2:
        return None
    text = (
        f"validation {run.series.kind} is {percent(better)} below training: another distribution, a leak, or "
        "regularisation that is active in training only"
    )
    return Finding("validation_unlike_training", better, 0.2, None, text)


def delayed_generalization(run: Run) -> Finding | None:
    """Validation rose as an overfit run does, and later fell below its earlier bottom."""
    if not run.series.val.size or run.points < 10:
        return None
    level = run.level
    lowest = np.minimum.accumulate(level)
    climb = level - lowest
    top = int(np.argmax(climb))
    share = ratio(float(climb[top]), run.drop)
    won = ratio(float(lowest[top]) - run.end, run.drop)
    if share < 0.1 or won < 0.05 or float(climb[top]) < 4 * run.noise or share >= MOST:
        return None
    step = float(run.series.steps[top])
    text = f"validation {run.series.kind} rose until {at(step)} and fell below its earlier best afterwards"
    return Finding("delayed_generalization", won, 0.05, step, text)


def accuracy_still_rises(run: Run, m: Measures) -> Finding | None:
    """Validation loss rose, yet validation accuracy is at its best: decisions are surer, not worse."""
    accuracy = run.curves["val_acc"].finite()
    rose = m["rise"] > BOUNDS["rise_least"] and m["rise_z"] > BOUNDS["rise_z"]
    if not rose or len(accuracy) < 8 or not run.accuracy.size:
        return None
    level = smooth(run.accuracy)
    lost = float(level.max() - level[-1])
    if lost > 0.01 * max(float(level.max()), 1e-9):
        return None
    text = "validation accuracy is still at its best although validation loss rose: the model is surer, not more wrong"
    return Finding("accuracy_still_rises", lost, 0.01, float(accuracy.steps[-1]), text)


def gradients(run: Run, m: Measures) -> Finding | None:
    """Gradient norms that explode, or vanish before anything was learnt."""
    norms = run.curves["grad_norm"].finite()
    if len(norms) < 10:
        return None
    values = np.abs(norms.values)
    highest = ratio(float(values.max()), median(values))
    if highest >= 50:
        step = float(norms.steps[int(np.argmax(values))])
        text = f"the gradient norm reached {highest:.0f} times its typical size at {at(step)}"
        return Finding("exploding_gradients", highest, 50.0, step, text)
    fifth = len(values) // 5
    first, final = median(values[:fifth]), median(values[-fifth:])
    if final < 1e-3 * first and m["moved"] < BOUNDS["moved"]:
        text = "the gradients vanished before anything was learnt"
        return Finding("vanishing_gradients", ratio(final, first), 1e-3, float(norms.steps[-1]), text)
    return None
