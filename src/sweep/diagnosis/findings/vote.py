"""The rules' vote: all rules in their order of precedence. The first that holds names the regime that they vote for.

The vote is one term of the verdict's model; by itself it is the classical, hand-written diagnosis.
"""

from __future__ import annotations

from typing import NamedTuple

from sweep.diagnosis.findings import erratic, overfit, underfit
from sweep.diagnosis.findings.rule import FARTHEST, Measures, Rule
from sweep.diagnosis.measures import Run
from sweep.diagnosis.types import Regime

RULES: tuple[Rule, ...] = (*erratic.RULES, *overfit.RULES, *underfit.RULES)


class Vote(NamedTuple):
    """The regime voted for, the rules that hold (those of that regime first), and each regime's strongest rule."""

    regime: Regime
    holding: tuple[Rule, ...]
    strengths: dict[Regime, float]


def vote(run: Run, m: Measures) -> Vote:
    """What the rules say of a run with at least one point."""
    by_rule = [rule.strength(run, m) for rule in RULES]
    holding = [rule for rule, strength in zip(RULES, by_rule, strict=True) if strength > 0]
    regime: Regime = holding[0].regime if holding else "healthy"
    strengths: dict[Regime, float] = {}
    for rule, strength in zip(RULES, by_rule, strict=True):
        strengths[rule.regime] = max(strengths.get(rule.regime, -FARTHEST), strength)
    ordered = sorted(holding, key=lambda rule: rule.regime != regime)
    return Vote(regime, tuple(ordered), strengths)
