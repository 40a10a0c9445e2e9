"""A rule: what the measures have to show before a symptom is reported, and what is then said.

It asks for pairs of a measured number and the bound that it has to exceed; all of them must hold. Its strength is the
smallest logarithm of their ratios: positive where the rule holds, and the further from 0, the clearer the case either
way. The first pair is the one reported. A measure that could not be asked (NaN) lets no rule hold.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sweep.diagnosis.findings.bounds import BOUNDS
from sweep.diagnosis.measures import MOST, Run
from sweep.diagnosis.types import Finding, Regime

Measures = Mapping[str, float]
Pairs = tuple[tuple[float, float], ...]
FARTHEST = 3.0  # strengths are held within +- this


@dataclass(frozen=True)
class Rule:
    """A symptom and the regime that it stands for; ``name`` and ``text`` may depend on what was measured."""

    regime: Regime
    asks: Callable[[Run, Measures], Pairs | None]  # None: cannot be asked of this run
    below: bool = field(default=False, kw_only=True)  # whether it holds where the first number is below its bound
    name: Callable[[Run, Measures], str]
    text: Callable[[Run, Measures], str]
    step: Callable[[Run], float | None]

    def strength(self, run: Run, m: Measures) -> float:
        """How far beyond its bound the weakest condition is, as a logarithm; minus ``FARTHEST`` where not asked."""
        pairs = self.asks(run, m)
        return -FARTHEST if pairs is None else weakest(pairs)

    def finding(self, run: Run, m: Measures) -> Finding:
        """The finding of a rule that holds."""
        pairs = self.asks(run, m) or ((math.nan, math.nan),)
        value, bound = pairs[0]
        if self.below:
            value, bound = 1 / value, 1 / bound
        return Finding(self.name(run, m), value, bound, self.step(run), self.text(run, m))


def beyond(value: float, bound: float) -> float:
    """Logarithm of ``value / bound`` held within +-``FARTHEST``; NaN or a value at or below 0 is ``-FARTHEST``."""
    if not value > 0:
        return -FARTHEST
    return min(max(math.log(value) - math.log(bound), -FARTHEST), FARTHEST)


def weakest(pairs: Pairs) -> float:
    """How far beyond its bound the weakest of several conditions is."""
    return min(beyond(value, bound) for value, bound in pairs)


def percent(share: float) -> str:
    """A share in words: ``0.243`` is "24 %"; a ratio without end is "many times"."""
    if abs(share) >= MOST:
        return "many times"
    return f"{100 * share:.0f} %" if abs(share) >= 0.01 else f"{100 * share:.1f} %"


def at(step: float) -> str:
    """A step in words."""
    return f"step {step:g}"


def bottom(run: Run) -> float:
    """The step of the lowest level."""
    return float(run.series.steps[run.bottom_at])


def last(run: Run) -> float:
    """The last step."""
    return float(run.series.steps[-1])


def whole(run: Run) -> None:
    """No step: the finding is of the whole run."""
    return


def named(name: str) -> Callable[[Run, Measures], str]:
    """A name whatever was measured."""
    return lambda run, m: name


def undecided(what: str, weights: Mapping[str, float], row: Mapping[str, float]) -> float:
    """The size of ``what`` at which a logistic regression in its logarithm gives even odds, within its limits."""
    logit = weights["offset"] + sum(weights[name] * value for name, value in row.items())
    return min(max(math.exp(-logit / weights[what]), BOUNDS[f"{what}_least"]), BOUNDS[f"{what}_most"])


def clipped(value: float, least: float, most: float) -> float:
    """``value`` within limits; NaN is 0."""
    return 0.0 if math.isnan(value) else min(max(value, least), most)
