"""Rules: what the measures have to show before a symptom is called, and what is then said.

A rule asks for pairs of a number and the bound it has to exceed; all of them must hold. Its strength is the smallest
logarithm of their ratios: positive where the rule holds, and the further from 0, the clearer the case either way. The
first pair is the one reported. Everything here is a function of the measures alone; the bounds are calibrated.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sweep.diagnosis.constants import BOUNDS, GAIN, GAIN_ALONE, RISE, RISE_ALONE
from sweep.diagnosis.features import MOST, Features
from sweep.diagnosis.types import Finding, Regime
from sweep.diagnosis.view import View

Pairs = tuple[tuple[float, float], ...]
FARTHEST = 3.0  # strengths are held within +- this


@dataclass(frozen=True)
class Rule:
    """A symptom and the regime that it stands for; ``name`` and ``text`` may depend on what was measured."""

    regime: Regime
    asks: Callable[[View, Features], Pairs | None]  # None: cannot be asked of this run
    below: bool = field(default=False, kw_only=True)  # whether it holds where the first number is below its bound
    name: Callable[[Features], str]
    text: Callable[[View, Features], str]
    step: Callable[[View, Features], float | None]

    def strength(self, view: View, f: Features) -> float:
        """How far beyond its bound the weakest condition is, as a logarithm; minus ``FARTHEST`` where not asked."""
        pairs = self.asks(view, f)
        return -FARTHEST if pairs is None else min(beyond(value, bound) for value, bound in pairs)

    def finding(self, view: View, f: Features) -> Finding:
        """The finding of a rule that holds."""
        value, bound = (self.asks(view, f) or ((math.nan, math.nan),))[0]
        if self.below:
            value, bound = 1 / value, 1 / bound
        return Finding(self.name(f), value, bound, self.step(view, f), self.text(view, f))


def beyond(value: float, bound: float) -> float:
    """Logarithm of ``value / bound`` held within +-``FARTHEST``; a value at or below 0 is as far below as can be."""
    ratio = value / bound
    if not ratio > 0:  # a value so small that nothing is left of it, too
        return -FARTHEST
    return min(max(math.log(ratio), -FARTHEST), FARTHEST)


def percent(share: float) -> str:
    """A share as words: ``0.243`` is "24 %"; what has no end is "many times"."""
    if abs(share) >= MOST:
        return "many times"
    return f"{100 * share:.0f} %" if abs(share) >= 0.01 else f"{100 * share:.1f} %"


def at(step: float) -> str:
    """A step as words."""
    return f"step {step:g}"


def _bottom(view: View, f: Features) -> float:
    return float(view.steps[f.bottom_at])


def _end(view: View, f: Features) -> float:
    return float(view.steps[-1])


def _whole(view: View, f: Features) -> None:
    return None


def _collapsed(view: View, f: Features) -> Pairs | None:
    if f.points < 4:
        return None
    return (
        (f.thrown, BOUNDS["collapse_thrown"]),
        (f.thrown_z, BOUNDS["collapse_z"]),
        (f.fallen_back, BOUNDS["collapse_back"]),
        (f.flat, BOUNDS["collapse_flat"]),
    )


def _oscillating(view: View, f: Features) -> Pairs | None:
    if f.points < 6:
        return None
    both = min(f.shake, f.train_shake) if view.val.size and view.evaluated else f.shake
    how = "" if view.evaluated and f.together > BOUNDS["together"] else "_alone"
    return (
        (both, BOUNDS[f"shake{how}"]),
        (f.shake_of_level, BOUNDS[f"shake_of_level{how}"]),
        (f.turns, BOUNDS["turns"]),
    )


def _lost_ground(view: View, f: Features) -> Pairs | None:
    if f.points < 8 or not (view.evaluated and view.val.size):
        return None
    how = "" if f.together > BOUNDS["lost_together"] else "_alone"
    # How far it had come counts, not how far it ended: a run that lost everything is back where it began.
    both, training_too = min(f.train_rise, f.rise), (1 - f.gap_of_level, BOUNDS["lost_gap"])
    return ((both, BOUNDS[f"lost_ground{how}"]), (f.fell, BOUNDS["moved"]), training_too)


def _diverged(view: View, f: Features) -> Pairs | None:
    return ((f.exploded, BOUNDS["exploded"]),)


def _rose(view: View, f: Features) -> Pairs | None:
    if not view.val.size:
        return None
    # Where training itself rose as much, it is not training that took validation up.
    return ((f.rise, max(needed(f, view.train.size > 0), 1.5 * f.train_rise)), (f.rise_z, BOUNDS["rise_z"]))


def needed(f: Features, trained: bool) -> float:
    """The rise that it takes to call a run overfit.

    Less where it stands clear of the noise, has lasted, and goes with a gap and with training that fell on meanwhile:
    where a fitted logistic regression of these is even between overfit and not. Held within sensible limits.
    """
    return _even("rise", RISE if trained else RISE_ALONE, rise_row(f, trained))


def _even(what: str, weights: Mapping[str, float], row: Mapping[str, float]) -> float:
    """The size of ``what`` at which a logistic regression in its logarithm is undecided, within its limits."""
    sum_ = weights["offset"] + sum(weights[name] * value for name, value in row.items())
    return min(max(math.exp(-sum_ / weights[what]), BOUNDS[f"{what}_least"]), BOUNDS[f"{what}_most"])


def rise_row(f: Features, trained: bool) -> dict[str, float]:
    """What else than the rise itself speaks for or against overfitting."""
    row = {"z": math.log(min(max(f.rise_z, 0.1), MOST)), "since": f.since}
    if not trained:
        return row
    return {**row, "gap": min(max(f.gap_of_level, -1.0), 1.0), "fell": min(max(f.fell_since, -1.0), 1.0)}


def _rose_text(view: View, f: Features) -> str:
    text = f"validation {view.kind} bottomed at {at(_bottom(view, f))}, then rose {percent(f.rise_of_level)}"
    if view.train.size and f.fell_since > 0:
        text += f" while training {view.kind} fell {percent(f.train_lost)} below its start"
    return text


def _stalled(view: View, f: Features) -> Pairs | None:
    if not (view.val.size and view.train.size) or f.points < 5:
        return None
    return (
        (f.gap_of_drop, BOUNDS["stall_gap_of_drop"]),
        (f.gap_of_level, BOUNDS["stall_gap_of_level"]),
        (f.stalled, BOUNDS["stall_since"]),
        (f.stall_fell, BOUNDS["stall_fell"]),
    )


def _stalled_text(view: View, f: Features) -> str:
    return (
        f"validation {view.kind} has hardly improved in the last {percent(f.stalled)} of the run while training "
        f"{view.kind} fell on by {percent(f.stall_fell)}; the gap is {percent(f.gap_of_level)} of the validation value"
    )


def _still(view: View, f: Features) -> Pairs | None:
    if f.points < 2:
        return None
    return ((1 / max(f.moved, 1e-9), 1 / BOUNDS["moved"]),)


def _improving(view: View, f: Features) -> Pairs | None:
    if f.points < 4:
        return None
    return (
        (f.gain_of_drop, needed_gain(f, view.train.size > 0)),
        (f.gain_of_level, BOUNDS["gain_of_level"]),
        (f.gain_z, BOUNDS["gain_z"]),
    )


def needed_gain(f: Features, trained: bool) -> float:
    """The gain in sight, as a share of what was gained, that it takes to call a run underfit.

    Less where the fall is steady, little was learnt so far, and validation keeps with training: by a fitted logistic
    regression, as in ``needed``.
    """
    return _even("gain", GAIN if trained else GAIN_ALONE, gain_row(f, trained))


def gain_row(f: Features, trained: bool) -> dict[str, float]:
    """What else than the gain itself speaks for or against underfitting."""
    row = {"z": math.log(min(max(f.gain_z, 0.1), MOST)), "moved": min(max(f.moved, 0.0), 1.0)}
    return {**row, "gap": min(max(f.gap_of_level, -1.0), 1.0)} if trained else row


def _fixed(name: str) -> Callable[[Features], str]:
    return lambda f: name


RULES: tuple[Rule, ...] = (
    Rule(
        "erratic",
        _diverged,
        _fixed("diverged"),
        lambda view, f: f"the {view.kind} ends {percent(f.exploded)} above its start, in training too",
        _bottom,
    ),
    Rule(
        "erratic",
        _collapsed,
        _fixed("collapsed"),
        lambda view, f: f"after an unstable stretch the {view.kind} stays flat and no better than at the start",
        _bottom,
    ),
    Rule(
        "erratic",
        _oscillating,
        _fixed("oscillating"),
        lambda view, f: (
            f"the {view.kind} jumps up and down, by about {percent(f.shake_of_level)} of its level, "
            "from one evaluation to the next"
        ),
        _whole,
    ),
    Rule(
        "erratic",
        _lost_ground,
        _fixed("lost_ground"),
        lambda view, f: (
            f"training {view.kind} itself ends well above its own best, and validation with it: "
            "the run lost again what it had learnt"
        ),
        _bottom,
    ),
    Rule("overfit", _rose, _fixed("validation_rose"), _rose_text, _bottom),
    Rule("overfit", _stalled, _fixed("generalization_gap"), _stalled_text, _bottom),
    Rule(
        "underfit",
        _still,
        lambda f: "too_little_training" if f.points < 8 and f.gain_of_drop > 0.5 else "rate_too_low",
        lambda view, f: f"the {view.kind} fell by only {percent(max(f.moved, 0.0))} over the whole run",
        _whole,
        below=True,
    ),
    Rule(
        "underfit",
        _improving,
        _fixed("still_improving"),
        lambda view, f: (
            f"the {view.kind} was still falling at the end: as much training again would gain about "
            f"{percent(f.gain_of_drop)} of what was gained so far"
        ),
        _end,
    ),
)
