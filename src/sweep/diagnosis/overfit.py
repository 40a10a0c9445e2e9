"""Overfit: validation rises, or stalls, while training goes on falling."""

from __future__ import annotations

import math

from sweep.diagnosis.constants import BOUNDS, RISE, RISE_ALONE
from sweep.diagnosis.features import MOST, Features
from sweep.diagnosis.rule import Pairs, Rule, at, bottom, even, fixed, percent
from sweep.diagnosis.series import PreparedSeries


def _rose(view: PreparedSeries, f: Features) -> Pairs | None:
    if not view.val.size:
        return None
    # Where training itself rose as much, it is not training that took validation up.
    return ((f.rise, max(needed(f, view.train.size > 0), 1.5 * f.train_rise)), (f.rise_z, BOUNDS["rise_z"]))


def needed(f: Features, trained: bool) -> float:
    """The rise that it takes to call a run overfit.

    Less where it stands clear of the noise, has lasted, and goes with a gap and with training that fell on meanwhile:
    where a fitted logistic regression of these is even between overfit and not. Held within sensible limits.
    """
    return even("rise", RISE if trained else RISE_ALONE, rise_row(f, trained))


def rise_row(f: Features, trained: bool) -> dict[str, float]:
    """What else than the rise itself speaks for or against overfitting."""
    row = {"z": math.log(min(max(f.rise_z, 0.1), MOST)), "since": f.since}
    if not trained:
        return row
    return {**row, "gap": min(max(f.gap_of_level, -1.0), 1.0), "fell": min(max(f.fell_since, -1.0), 1.0)}


def _rose_text(view: PreparedSeries, f: Features) -> str:
    text = f"validation {view.kind} bottomed at {at(bottom(view, f))}, then rose {percent(f.rise_of_level)}"
    if view.train.size and f.fell_since > 0:
        text += f" while training {view.kind} fell {percent(f.train_lost)} below its start"
    return text


def _stalled(view: PreparedSeries, f: Features) -> Pairs | None:
    if not (view.val.size and view.train.size) or f.points < 5:
        return None
    return (
        (f.gap_of_drop, BOUNDS["stall_gap_of_drop"]),
        (f.gap_of_level, BOUNDS["stall_gap_of_level"]),
        (f.stalled, BOUNDS["stall_since"]),
        (f.stall_fell, BOUNDS["stall_fell"]),
    )


def _stalled_text(view: PreparedSeries, f: Features) -> str:
    return (
        f"validation {view.kind} has hardly improved in the last {percent(f.stalled)} of the run while training "
        f"{view.kind} fell on by {percent(f.stall_fell)}; the gap is {percent(f.gap_of_level)} of the validation value"
    )


RULES: tuple[Rule, ...] = (
    Rule("overfit", _rose, fixed("validation_rose"), _rose_text, bottom),
    Rule("overfit", _stalled, fixed("generalization_gap"), _stalled_text, bottom),
)
