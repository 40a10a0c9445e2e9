"""Why a verdict and not its runner-up: the model's terms gathered by line of evidence, each in a sentence.

The terms add up to the log-odds exactly, so these numbers are the explanation, not a comment on it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

from sweep.diagnosis.findings.rule import Measures, percent
from sweep.diagnosis.measures import Run
from sweep.diagnosis.types import Finding, Reason

# The line of evidence that a finding belongs to: its own words then stand for that line.
FINDINGS = {
    "validation_rose": "turning",
    "memorised_noisy_labels": "turning",
    "generalization_gap": "gap",
    "oscillating": "steadiness",
    "loss_spike": "steadiness",
    "lost_ground": "turning",
    "diverged": "progress",
    "collapsed": "collapse",
    "rate_too_low": "progress",
    "too_little_training": "progress",
    "small_steps": "progress",
    "still_improving": "outlook",
    "constant_predictor": "accuracy",
    "no_better_than_chance": "accuracy",
}


def reasons(run: Run, m: Measures, odds: dict[str, float], findings: Iterable[Finding]) -> tuple[Reason, ...]:
    """The lines of evidence, the weightiest first; ``odds`` is each line's share of the log-odds."""
    worded = {FINDINGS[found.name]: found for found in reversed(list(findings)) if found.name in FINDINGS}
    ordered = sorted(odds, key=lambda line: -abs(odds[line]))
    made = []
    for line in ordered:
        found = worded.get(line)
        text = found.text if found is not None else SENTENCES[line](run, m)
        made.append(Reason(line, odds[line], found.name if found is not None else None, text))
    return tuple(made)


def _progress(run: Run, m: Measures) -> str:
    text = f"{_side(run)} {run.series.kind} fell by {percent(m['main_fall'])} of its start"
    return f"{text}, training by {percent(m['train_fall'])}" if run.both else text


def _turning(run: Run, m: Measures) -> str:
    if not m["rise_of_drop"] > 0.01:
        return f"{_side(run)} {run.series.kind} ends at its lowest level"
    return f"{_side(run)} {run.series.kind} ends {percent(m['rise_of_level'])} above its lowest level"


def _gap(run: Run, m: Measures) -> str:
    if not run.both:
        return "training and validation cannot be compared"
    side = "above" if m["gap_of_level"] >= 0 else "below"
    return f"validation ends {percent(abs(m['gap_of_level']))} {side} training"


def _steadiness(run: Run, m: Measures) -> str:
    if math.isnan(m["noise_of_drop"]):
        return "too few points to tell noise"
    return f"the noise from point to point is {percent(m['noise_of_drop'])} of the fall"


def _collapse(run: Run, m: Measures) -> str:
    return f"the largest excursion that was undone again is {percent(m['excursion'])} of the start"


def _outlook(run: Run, m: Measures) -> str:
    return f"as much training again would gain about {percent(m['gain_of_drop'])} of what was gained so far"


def _accuracy(run: Run, m: Measures) -> str:
    if math.isnan(m["acc_end"]):
        return "no accuracy was recorded"
    text = f"accuracy ends at {m['acc_end']:.3g}"
    return text if math.isnan(m["acc_gap"]) else f"{text}, {m['acc_gap']:.2g} below training"


def _sampling(run: Run, m: Measures) -> str:
    return f"{run.points} points were recorded"


def _rules(run: Run, m: Measures) -> str:
    return "the rules of the findings, taken together"


def _side(run: Run) -> str:
    return "validation" if run.series.val.size else "training"


SENTENCES: dict[str, Callable[[Run, Measures], str]] = {
    "progress": _progress,
    "turning": _turning,
    "gap": _gap,
    "steadiness": _steadiness,
    "collapse": _collapse,
    "outlook": _outlook,
    "accuracy": _accuracy,
    "sampling": _sampling,
    "rules": _rules,
}
