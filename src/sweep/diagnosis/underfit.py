"""Underfit: the run hardly moved, or was still on its way down, or came down in steps too small to meet any noise."""

from __future__ import annotations

import math

import numpy as np

from sweep.diagnosis.constants import BOUNDS, GAIN, GAIN_ALONE
from sweep.diagnosis.features import MOST, Features
from sweep.diagnosis.rule import Pairs, Rule, end, even, fixed, percent, whole
from sweep.diagnosis.series import PreparedSeries


def _still(view: PreparedSeries, f: Features) -> Pairs | None:
    if f.points < 2:
        return None
    # A run that went up as well did move, only not forward.
    return (
        (1 / max(f.moved, 1e-9), 1 / BOUNDS["moved"]),
        (1 / max(f.climbs_of_start, 1e-9), 1 / BOUNDS["climbs_of_start"]),
    )


def _improving(view: PreparedSeries, f: Features) -> Pairs | None:
    if f.points < 4:
        return None
    return (
        (f.gain_of_drop, needed_gain(f, view.train.size > 0)),
        (f.gain_of_level, BOUNDS["gain_of_level"]),
        (f.gain_z, BOUNDS["gain_z"]),
    )


def _small_steps(view: PreparedSeries, f: Features) -> Pairs | None:
    """It came less than half way without ever turning up, and goes on: no noise is in the way of larger steps."""
    series = [part for part in (view.val, view.train) if part.size]
    if f.points < 12 or not view.evaluated or any((np.diff(part[1:]) > 0).any() for part in series):
        return None
    return (
        (1 / max(f.moved, 1e-9), 1 / 0.5),
        (f.moved, BOUNDS["moved"]),
        (f.gain_of_drop, 0.05),
        (f.gain_of_level, BOUNDS["gain_of_level"]),
        (f.gain_z, BOUNDS["gain_z"]),
    )


def needed_gain(f: Features, trained: bool) -> float:
    """The gain in sight, as a share of what was gained, that it takes to call a run underfit.

    Less where the fall is steady, little was learnt so far, and validation keeps with training: by a fitted logistic
    regression, as in ``needed``.
    """
    return even("gain", GAIN if trained else GAIN_ALONE, gain_row(f, trained))


def gain_row(f: Features, trained: bool) -> dict[str, float]:
    """What else than the gain itself speaks for or against underfitting."""
    row = {"z": math.log(min(max(f.gain_z, 0.1), MOST)), "moved": min(max(f.moved, 0.0), 1.0)}
    return {**row, "gap": min(max(f.gap_of_level, -1.0), 1.0)} if trained else row


RULES: tuple[Rule, ...] = (
    Rule(
        "underfit",
        _still,
        lambda f: "too_little_training" if f.points < 8 and f.gain_of_drop > 0.5 else "rate_too_low",
        lambda view, f: f"the {view.kind} fell by only {percent(max(f.moved, 0.0))} over the whole run",
        whole,
        below=True,
    ),
    Rule(
        "underfit",
        _improving,
        fixed("still_improving"),
        lambda view, f: (
            f"the {view.kind} was still falling at the end: as much training again would gain about "
            f"{percent(f.gain_of_drop)} of what was gained so far"
        ),
        end,
    ),
    Rule(
        "underfit",
        _small_steps,
        fixed("small_steps"),
        lambda view, f: f"the {view.kind} fell by {percent(f.moved)} without turning up even once: the steps are small",
        whole,
        below=True,
    ),
)
