"""Erratic: the run broke, was thrown, jumps about, or lost what it had learnt."""

from __future__ import annotations

from sweep.diagnosis.constants import BOUNDS
from sweep.diagnosis.features import Features
from sweep.diagnosis.rule import Pairs, Rule, bottom, fixed, percent, weakest, whole
from sweep.diagnosis.series import PreparedSeries


def _diverged(view: PreparedSeries, f: Features) -> Pairs | None:
    return ((f.exploded, BOUNDS["exploded"]),)


def _collapsed(view: PreparedSeries, f: Features) -> Pairs | None:
    if f.points < 4:
        return None
    return (
        (f.thrown, BOUNDS["collapse_thrown"]),
        (f.thrown_z, BOUNDS["collapse_z"]),
        (f.fallen_back, BOUNDS["collapse_back"]),
        (f.flat, BOUNDS["collapse_flat"]),
    )


def _oscillating(view: PreparedSeries, f: Features) -> Pairs | None:
    """The clearer of two signs: jumps from point to point, or climbs that training and validation share."""
    if f.points < 6:
        return None
    return max(_jumping(view, f), _climbing(f), key=weakest)


def _jumping(view: PreparedSeries, f: Features) -> Pairs:
    both = min(f.shake, f.train_shake) if view.val.size and view.evaluated else f.shake
    how = "" if view.evaluated and f.together > BOUNDS["together"] else "_alone"
    return (
        (both, BOUNDS[f"shake{how}"]),
        (f.shake_of_level, BOUNDS[f"shake_of_level{how}"]),
        (f.turns, BOUNDS["turns"]),
    )


def _climbing(f: Features) -> Pairs:
    return ((f.climbs, BOUNDS["climbs"]), (f.climbs_of_start, BOUNDS["climbs_of_start"]))


def _oscillating_text(view: PreparedSeries, f: Features) -> str:
    if weakest(_climbing(f)) > weakest(_jumping(view, f)):
        return f"the {view.kind} keeps going up again, in training too: in all {percent(f.climbs)} of its way down"
    return (
        f"the {view.kind} jumps up and down, by about {percent(f.shake_of_level)} of its level, "
        "from one evaluation to the next"
    )


def _lost_ground(view: PreparedSeries, f: Features) -> Pairs | None:
    if f.points < 8 or not (view.evaluated and view.val.size):
        return None
    how = "" if f.together > BOUNDS["lost_together"] else "_alone"
    # How far it had come counts, not how far it ended: a run that lost everything is back where it began.
    both, training_too = min(f.train_rise, f.rise), (1 - f.gap_of_level, BOUNDS["lost_gap"])
    return ((both, BOUNDS[f"lost_ground{how}"]), (f.fell, BOUNDS["moved"]), training_too)


RULES: tuple[Rule, ...] = (
    Rule(
        "erratic",
        _diverged,
        fixed("diverged"),
        lambda view, f: f"the {view.kind} ends {percent(f.exploded)} above its start, in training too",
        bottom,
    ),
    Rule(
        "erratic",
        _collapsed,
        fixed("collapsed"),
        lambda view, f: f"after an unstable stretch the {view.kind} stays flat and no better than at the start",
        bottom,
    ),
    Rule("erratic", _oscillating, fixed("oscillating"), _oscillating_text, whole),
    Rule(
        "erratic",
        _lost_ground,
        fixed("lost_ground"),
        lambda view, f: (
            f"training {view.kind} itself ends well above its own best, and validation with it: "
            "the run lost again what it had learnt"
        ),
        bottom,
    ),
)
