"""Underfit: the run hardly moved, was still on its way down, or came down in steps too small to meet any noise."""

from __future__ import annotations

import math

import numpy as np

from sweep.diagnosis.findings.bounds import BOUNDS, GAIN, GAIN_ALONE
from sweep.diagnosis.findings.rule import Measures, Pairs, Rule, clipped, last, named, percent, undecided, whole
from sweep.diagnosis.measures import MOST, Run


def _still(run: Run, m: Measures) -> Pairs | None:
    if run.points < 2:
        return None
    # A run that went up as well did move, only not forward.
    return (
        (1 / max(m["moved"], 1e-9), 1 / BOUNDS["moved"]),
        (1 / max(clipped(m["shared_rise_of_start"], 0.0, MOST), 1e-9), 1 / BOUNDS["shared_rise_of_start"]),
    )


def _still_name(run: Run, m: Measures) -> str:
    return "too_little_training" if run.points < 8 and m["gain_of_drop"] > 0.5 else "rate_too_low"


def _still_text(run: Run, m: Measures) -> str:
    return f"the {run.series.kind} fell by only {percent(max(m['moved'], 0.0))} over the whole run"


def _improving(run: Run, m: Measures) -> Pairs | None:
    if run.points < 4:
        return None
    return (
        (m["gain_of_drop"], needed_gain(run, m)),
        (m["gain_of_level"], BOUNDS["gain_of_level"]),
        (m["gain_z"], BOUNDS["gain_z"]),
    )


def _improving_text(run: Run, m: Measures) -> str:
    return (
        f"the {run.series.kind} was still falling at the end: as much training again would gain about "
        f"{percent(m['gain_of_drop'])} of what was gained so far"
    )


def _small_steps(run: Run, m: Measures) -> Pairs | None:
    """It came less than half way without ever turning up, and goes on: no noise is in the way of larger steps."""
    series = [part for part in (run.series.val, run.train) if part.size]
    rose = any((np.diff(part[1:]) > 0).any() for part in series)
    if run.points < 12 or not run.series.evaluated or rose:
        return None
    return (
        (1 / max(m["moved"], 1e-9), 1 / 0.5),
        (m["moved"], BOUNDS["moved"]),
        (m["gain_of_drop"], 0.05),
        (m["gain_of_level"], BOUNDS["gain_of_level"]),
        (m["gain_z"], BOUNDS["gain_z"]),
    )


def _small_steps_text(run: Run, m: Measures) -> str:
    return f"the {run.series.kind} fell by {percent(m['moved'])} without rising even once: the steps are small"


def needed_gain(run: Run, m: Measures) -> float:
    """The gain in sight, as a share of what was gained, that it takes to call a run underfit.

    Less where the fall is steady, little was learnt so far, and validation keeps up with training: by a fitted
    logistic regression, as in ``overfit.needed_rise``.
    """
    row = {"z": math.log(clipped(m["gain_z"], 0.1, MOST)), "moved": clipped(m["moved"], 0.0, 1.0)}
    if not run.train.size:
        return undecided("gain", GAIN_ALONE, row)
    row["gap"] = clipped(m["gap_of_level"], -1.0, 1.0)
    return undecided("gain", GAIN, row)


RULES: tuple[Rule, ...] = (
    Rule("underfit", _still, _still_name, _still_text, whole, below=True),
    Rule("underfit", _improving, named("still_improving"), _improving_text, last),
    Rule("underfit", _small_steps, named("small_steps"), _small_steps_text, whole, below=True),
)
