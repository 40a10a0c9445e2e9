"""Named rules over the model: textbook symptoms on which no treatment is needed to tell the regime.

Few, and all here. Each says what it saw, the regime, and how sure it is: the share of such runs in the corpus of
treated trainings for which the regime is right (docs/diagnosis.md has the table), or 0.9 where the corpus holds none.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np

from sweep.diagnosis.findings.rule import Measures, at, percent
from sweep.diagnosis.measures import Run, ratio
from sweep.diagnosis.noise import median
from sweep.diagnosis.types import Finding

CONFIDENCE: Final = {
    "non_finite": 0.97,
    "losses_rise": 0.83,
    "losses_jump_together": 0.72,
    "validation_jumps": 0.9,
    "constant_predictor": 0.62,
    "validation_never_learns": 0.7,
}
NEAR_CHANCE = 0.97  # share of a constant predictor's loss from which a run counts as no better


class Symptom(NamedTuple):
    """A textbook symptom that shows: the regime that it names, how sure that is, and the finding that words it."""

    regime: str
    confidence: float
    finding: Finding


def textbook(run: Run, m: Measures) -> Symptom | None:
    """The first textbook symptom that shows, in order of precedence."""
    rules = (
        no_loss,
        non_finite,
        losses_rise,
        losses_jump_together,
        validation_jumps,
        constant_predictor,
        validation_never_learns,
    )
    return next((found for rule in rules if (found := rule(run, m)) is not None), None)


def no_loss(run: Run, m: Measures) -> Symptom | None:
    """Every loss is exactly 0: nothing was measured, often beside gradients that are not finite."""
    if run.series.kind != "loss" or run.points < 2 or run.main.any() or run.train.any():
        return None
    gradients = run.curves["grad_norm"].values
    bad = int((~np.isfinite(gradients)).sum())
    also = f", and {bad} of {gradients.size} gradient norms are not finite" if bad else ""
    finding = Finding("zero_loss", 0.0, 0.0, None, f"every loss is exactly 0{also}: nothing is measured here")
    return Symptom("erratic" if bad else "inconclusive", 0.9, finding)


def non_finite(run: Run, m: Measures) -> Symptom | None:
    """A loss was NaN or infinite: from a step on, or now and then."""
    share = m["nonfinite_share"]
    if not share > 0:
        return None
    names = ("val_loss", "train_loss", "batch_loss")
    bad = [(step, name) for name in names for step in _non_finite_steps(run, name)]
    first = min(step for step, _ in bad)
    text = f"the loss is NaN or infinite from {at(first)} on"
    if run.series.broken is None:
        text = f"{len(bad)} of the recorded losses are NaN or infinite, the first at {at(first)}"
    name = "non_finite" if run.series.broken is None else "diverged"
    return Symptom("erratic", CONFIDENCE["non_finite"], Finding(name, share, 0.0, first, text))


def _non_finite_steps(run: Run, name: str) -> list[float]:
    series = run.curves[name]
    steps: list[float] = series.steps[~np.isfinite(series.values)].tolist()
    return steps


def losses_rise(run: Run, m: Measures) -> Symptom | None:
    """Every loss ends above its start, beyond its noise, and was never far below it."""
    rise = m["rise_above_start"]
    if run.points < 4 or not rise > 0.05 or m["main_fall_to_bottom"] > 0.5 * rise:
        return None
    if run.end - run.start < 4 * run.noise:
        return None
    which = "both losses rise" if run.both else f"the {run.series.kind} rises"
    text = f"{which}: the run ends {percent(rise)} above its start"
    return Symptom("erratic", CONFIDENCE["losses_rise"], Finding("diverged", rise, 0.05, None, text))


def losses_jump_together(run: Run, m: Measures) -> Symptom | None:
    """Training and validation rise again and again in step: in all by more than they ever fell."""
    if run.points < 8 or not (m["shared_rise_of_drop"] > 1.0 and m["late_jump_correlation"] > 0.8):
        return None
    share = m["shared_rise_of_drop"]
    kind = run.series.kind
    text = f"training and validation {kind} rise together again and again: by {percent(share)} of their fall in all"
    return Symptom("erratic", CONFIDENCE["losses_jump_together"], Finding("oscillating", share, 1.0, None, text))


def validation_jumps(run: Run, m: Measures) -> Symptom | None:
    """Validation was far above its start again and again beside smooth training."""
    if not run.both or run.points < 8 or not m["train_highest_climb"] < 0.1:
        return None
    far = run.main[1:] > 1.5 * max(run.start, median(run.main))
    jumps = int((np.diff(far.astype(int)) == 1).sum() + far[0])
    if jumps < 3:
        return None
    text = f"validation {run.series.kind} jumps far above its start {jumps} times while training falls smoothly"
    return Symptom("erratic", CONFIDENCE["validation_jumps"], Finding("oscillating", jumps, 3, None, text))


def constant_predictor(run: Run, m: Measures) -> Symptom | None:
    """Accuracy stays at one value, or the losses stand still at ln k beside an accuracy near 1/k."""
    finding = no_better_than_chance(run) or _one_accuracy(run, m) or _at_chance(run, m)
    if finding is None:
        return None
    return Symptom("underfit", CONFIDENCE["constant_predictor"], finding)


def no_better_than_chance(run: Run) -> Finding | None:
    """The run ends no better than a constant predictor, in training and validation, where that is known."""
    level = min(run.end, run.train_end) if run.both else run.end
    share = ratio(level - run.series.offset, run.chance - run.series.offset)
    if share <= NEAR_CHANCE:
        return None
    text = f"the loss ends at {percent(share)} of what a constant predictor reaches"
    return Finding("no_better_than_chance", share, NEAR_CHANCE, None, text)


def _one_accuracy(run: Run, m: Measures) -> Finding | None:
    accuracy = run.accuracy
    late = accuracy[accuracy.size // 4 :]
    if late.size < 4 or not median(late) < 0.95 or not float(np.ptp(late)) <= 1e-9:
        return None
    if run.train_accuracy.size and float(run.train_accuracy.max()) > median(late) + 0.1:
        return None
    value = median(late)
    share = percent(late.size / accuracy.size)
    text = f"accuracy stays at {value:.3g} in {share} of the evaluations: one class is predicted"
    return Finding("constant_predictor", value, value, None, text)


def _at_chance(run: Run, m: Measures) -> Finding | None:
    end = m["acc_end"]
    if not m["chance_distance"] < 0.1 or run.points < 6 or run.series.kind != "loss":
        return None
    classes = max(round(1 / end), 2)
    level = run.series.value(run.end)
    settled = abs(level / math.log(classes) - 1) < 0.02
    if not settled or not float(run.accuracy.max()) < 1.25 / classes + 0.02:
        return None
    text = f"the loss settles at {level:.3g}, ln {classes}, and accuracy at 1/{classes}: no better than chance"
    return Finding("no_better_than_chance", level / math.log(classes), NEAR_CHANCE, None, text)


def validation_never_learns(run: Run, m: Measures) -> Symptom | None:
    """Training fell far while validation never came down."""
    if not run.both or run.points < 5 or not run.series.evaluated:
        return None
    if not (m["main_fall_to_bottom"] < 0.06 and m["train_fall"] > 0.5):
        return None
    kind = run.series.kind
    text = (
        f"training {kind} fell by {percent(m['train_fall'])} while validation {kind} never fell by more than "
        f"{percent(m['main_fall_to_bottom'])}: nothing that was learnt generalises"
    )
    return Symptom(
        "overfit",
        CONFIDENCE["validation_never_learns"],
        Finding("generalization_gap", m["train_fall"], 0.5, None, text),
    )
