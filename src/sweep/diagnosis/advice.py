"""Advice: findings turned into remedies, the most fitting first, each with a strength read from the curves.

What the findings do not call for comes after, in the order of the evidence: for an overfit run that is all, as every
one of its remedies answers the same finding.
"""

from __future__ import annotations

import math

from sweep.diagnosis.evidence import CURES
from sweep.diagnosis.types import Advice, Finding, Regime

STEADY = 4.0  # the strength of `lower_rate` for a run that was thrown: a fortieth of its rate (docs/cures.md)
WHY = {
    "early_stopping": "stop at, or keep, the point where validation was best",
    "weight_decay": "hold the weights small, so that single examples are harder to memorise",
    "dropout": "drop units while training, so that no few of them carry an example",
    "more_data": "train on more, or on augmented, examples",
    "smaller_model": "use a model that cannot memorise the training set",
    "train_longer": "train for longer: the run had not settled",
    "raise_rate": "raise the learning rate: the run hardly moved for its length",
    "larger_model": "use a larger model, if longer training does not help",
    "less_regularization": "take away regularisation, if longer training does not help",
    "lower_rate": "lower the learning rate: the steps overshoot",
    "larger_batch": "use larger batches: their gradients are less noisy",
    "clip_gradients": "clip the gradients, so that one batch cannot throw the run",
    "warm_up": "raise the learning rate slowly over the first steps",
    "cleaner_data": "look for broken or mislabelled examples behind the jumps",
}


def advise(findings: tuple[Finding, ...], regime: Regime = "erratic") -> tuple[Advice, ...]:
    """Remedies for the regime in the order in which they fit the findings; none where nothing is to be treated."""
    if regime not in CURES:
        return ()
    strengths = _strengths(findings)
    first = [name for name in strengths if name in CURES[regime]]
    rest = [name for name in CURES[regime] if name not in first]
    return tuple(Advice(name, WHY[name], strengths.get(name, 1.0)) for name in (*first, *rest))


def _strengths(findings: tuple[Finding, ...]) -> dict[str, float]:
    """What the findings call for, the most urgent first, with strengths; 1 is the remedy's own default.

    Where several findings call for one remedy, the greatest counts.
    """
    strengths: dict[str, float] = {}
    small = any(found.name == "small_steps" for found in findings)
    for found in findings:
        match found.name:
            case "diverged" | "collapsed" | "lost_ground":
                remedy, strength = "lower_rate", STEADY
            case "oscillating":
                remedy, strength = "lower_rate", min(max(found.value / found.bound, 1.0), STEADY)
            case "rate_too_low" | "small_steps":
                remedy, strength = "raise_rate", _faster(found.value)
            case "no_better_than_chance" if "raise_rate" not in strengths:
                remedy, strength = "raise_rate", _faster(0.0)
            case "still_improving" if small:
                continue  # the rate comes first: it costs no steps
            case "too_little_training" | "still_improving":
                remedy, strength = "train_longer", round(min(max(found.value / found.bound, 1.0), 3.0), 2)
            case _:
                continue
        strengths[remedy] = max(strengths.get(remedy, 0.0), strength)
    return strengths


def _faster(moved: float) -> float:
    """The strength of `raise_rate` for a run that lost this share of its start.

    The distance covered grows with the rate: the less it moved, the more it takes to get half way, and sixteen times
    that to settle (docs/cures.md).
    """
    return round(min(max(math.log10(8.0 / max(moved, 1e-3)), 0.5), 2.5), 2)
