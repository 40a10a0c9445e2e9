"""A rule: what the measures have to show before a symptom is called, and what is then said.

It asks for pairs of a number and the bound it has to exceed; all of them must hold. Its strength is the smallest
logarithm of their ratios: positive where the rule holds, and the further from 0, the clearer the case either way. The
first pair is the one reported. Everything here is a function of the measures alone; the bounds are calibrated.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sweep.diagnosis.constants import BOUNDS
from sweep.diagnosis.features import MOST, Features
from sweep.diagnosis.series import PreparedSeries
from sweep.diagnosis.types import Finding, Regime

Pairs = tuple[tuple[float, float], ...]
FARTHEST = 3.0  # strengths are held within +- this


@dataclass(frozen=True)
class Rule:
    """A symptom and the regime that it stands for; ``name`` and ``text`` may depend on what was measured."""

    regime: Regime
    asks: Callable[[PreparedSeries, Features], Pairs | None]  # None: cannot be asked of this run
    below: bool = field(default=False, kw_only=True)  # whether it holds where the first number is below its bound
    name: Callable[[Features], str]
    text: Callable[[PreparedSeries, Features], str]
    step: Callable[[PreparedSeries, Features], float | None]

    def strength(self, view: PreparedSeries, f: Features) -> float:
        """How far beyond its bound the weakest condition is, as a logarithm; minus ``FARTHEST`` where not asked."""
        pairs = self.asks(view, f)
        return -FARTHEST if pairs is None else weakest(pairs)

    def finding(self, view: PreparedSeries, f: Features) -> Finding:
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


def weakest(pairs: Pairs) -> float:
    """How far beyond its bound the weakest of several conditions is."""
    return min(beyond(value, bound) for value, bound in pairs)


def percent(share: float) -> str:
    """A share as words: ``0.243`` is "24 %"; what has no end is "many times"."""
    if abs(share) >= MOST:
        return "many times"
    return f"{100 * share:.0f} %" if abs(share) >= 0.01 else f"{100 * share:.1f} %"


def at(step: float) -> str:
    """A step as words."""
    return f"step {step:g}"


def bottom(view: PreparedSeries, f: Features) -> float:
    """The step of the bottom."""
    return float(view.steps[f.bottom_at])


def end(view: PreparedSeries, f: Features) -> float:
    """The last step."""
    return float(view.steps[-1])


def whole(view: PreparedSeries, f: Features) -> None:
    """No step: it is the whole run."""
    return


def fixed(name: str) -> Callable[[Features], str]:
    """A name whatever was measured."""
    return lambda f: name


def even(what: str, weights: Mapping[str, float], row: Mapping[str, float]) -> float:
    """The size of ``what`` at which a logistic regression in its logarithm is undecided, within its limits."""
    sum_ = weights["offset"] + sum(weights[name] * value for name, value in row.items())
    return min(max(math.exp(-sum_ / weights[what]), BOUNDS[f"{what}_least"]), BOUNDS[f"{what}_most"])
