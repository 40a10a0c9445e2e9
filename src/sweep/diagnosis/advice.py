"""Advice: findings turned into remedies, the most fitting first, each with a dose read from the curves.

What the findings do not call for comes after, in the order of the evidence.
"""

from __future__ import annotations

import math

from sweep.diagnosis.evidence import CURES
from sweep.diagnosis.types import Advice, Finding, Regime

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
    doses = _doses(findings)
    first = [name for name in doses if name in CURES[regime]]
    rest = [name for name in CURES[regime] if name not in first]
    return tuple(Advice(name, WHY[name], doses.get(name, 1.0)) for name in (*first, *rest))


def _doses(findings: tuple[Finding, ...]) -> dict[str, float]:
    """What the findings call for, the most urgent first, with doses; 1 is the remedy's own default."""
    doses: dict[str, float] = {}
    for found in findings:
        match found.name:
            case "diverged" | "collapsed":
                doses.setdefault("lower_rate", 2.0)
            case "lost_ground":
                doses.setdefault("lower_rate", 1.0)
            case "oscillating":
                doses.setdefault("lower_rate", min(max(found.value / found.bound, 1.0), 2.0))
            case "validation_rose" | "generalization_gap":
                doses.setdefault("early_stopping", 1.0)
            case "rate_too_low" | "no_better_than_chance":
                # The distance covered grows with the rate: the fewer per cent it moved, the more it takes to get half
                # way, and eight times that to settle (docs/cures.md).
                moved = max(found.value if found.name == "rate_too_low" else 0.0, 1e-3)
                doses.setdefault("raise_rate", round(min(max(math.log10(4.0 / moved), 0.5), 2.5), 2))
            case "too_little_training" | "still_improving":
                doses.setdefault("train_longer", round(min(max(found.value / found.bound, 1.0), 3.0), 2))
            case _:
                pass
    return doses
