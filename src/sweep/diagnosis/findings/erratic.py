"""Erratic: the run diverged, collapsed, oscillates, or lost what it had learnt."""

from __future__ import annotations

import math

from sweep.diagnosis.findings.bounds import BOUNDS
from sweep.diagnosis.findings.rule import Measures, Pairs, Rule, bottom, named, percent, weakest, whole
from sweep.diagnosis.measures import Run


def _diverged(run: Run, m: Measures) -> Pairs:
    return ((m["rise_above_start"], BOUNDS["rise_above_start"]),)


def _diverged_text(run: Run, m: Measures) -> str:
    also = ", in training too" if run.both else ""
    return f"the {run.series.kind} ends {percent(m['rise_above_start'])} above its start{also}"


def _collapsed(run: Run, m: Measures) -> Pairs | None:
    if run.points < 4:
        return None
    names = ("excursion", "excursion_z", "recovered_share", "tail_flatness")
    return tuple((m[name], BOUNDS[name]) for name in names)


def _oscillating(run: Run, m: Measures) -> Pairs | None:
    """The clearer of two signs: jumps from point to point, or rises that training and validation share."""
    if run.points < 6:
        return None
    return max(_jumping(run, m), _rising_together(m), key=weakest)


def _jumping(run: Run, m: Measures) -> Pairs:
    jumps = m["jump_of_range"]
    if run.both and run.series.evaluated:
        jumps = min(jumps, m["train_jump_of_range"])
    shared = run.series.evaluated and m["late_jump_correlation"] > BOUNDS["jump_correlation"]
    alone = "" if shared else "_alone"
    return (
        (jumps, BOUNDS[f"jump_of_range{alone}"]),
        (m["jump_of_level"], BOUNDS[f"jump_of_level{alone}"]),
        (m["sign_changes"], BOUNDS["sign_changes"]),
    )


def _rising_together(m: Measures) -> Pairs:
    return tuple((m[name], BOUNDS[name]) for name in ("shared_rise_of_drop", "shared_rise_of_start"))


def _oscillating_text(run: Run, m: Measures) -> str:
    kind = run.series.kind
    if weakest(_rising_together(m)) > weakest(_jumping(run, m)):
        share = percent(m["shared_rise_of_drop"])
        return f"the {kind} keeps rising again, in training too: in all by {share} of its fall"
    size = percent(m["jump_of_level"])
    return f"the {kind} jumps up and down from one evaluation to the next, by about {size} of its level"


def _lost_ground(run: Run, m: Measures) -> Pairs | None:
    if run.points < 8 or not (run.series.evaluated and run.series.val.size):
        return None
    alone = "" if m["late_jump_correlation"] > BOUNDS["lost_correlation"] else "_alone"
    both_rose = math.nan if math.isnan(m["train_rise"]) else min(m["train_rise"], m["rise"])
    # How far the run had come counts, not how far it ended: a run that lost everything is back where it began.
    return (
        (both_rose, BOUNDS[f"lost_ground{alone}"]),
        (m["main_fall_to_bottom"], BOUNDS["moved"]),
        (1 - m["gap_of_level"], BOUNDS["lost_gap"]),
    )


def _collapsed_text(run: Run, m: Measures) -> str:
    return f"after an unstable stretch the {run.series.kind} stays flat, no better than at its start"


def _lost_ground_text(run: Run, m: Measures) -> str:
    kind = run.series.kind
    return f"training {kind} itself ends well above its own best, and validation with it: learning was undone"


RULES: tuple[Rule, ...] = (
    Rule("erratic", _diverged, named("diverged"), _diverged_text, bottom),
    Rule("erratic", _collapsed, named("collapsed"), _collapsed_text, bottom),
    Rule("erratic", _oscillating, named("oscillating"), _oscillating_text, whole),
    Rule("erratic", _lost_ground, named("lost_ground"), _lost_ground_text, bottom),
)
