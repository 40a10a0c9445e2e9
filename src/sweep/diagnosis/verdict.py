"""The verdict: rules in a fixed order of precedence; the first that holds decides, the others remain findings."""

from __future__ import annotations

import math

from sweep.curves import Curves
from sweep.diagnosis.advice import advise
from sweep.diagnosis.constants import CONFIDENCE
from sweep.diagnosis.features import Features, measure, ratio
from sweep.diagnosis.questions import efficiency, final, generalization, trend
from sweep.diagnosis.rule import Rule, at, beyond
from sweep.diagnosis.rules import RULES
from sweep.diagnosis.series import PreparedSeries, prepare_series
from sweep.diagnosis.symptoms import symptoms
from sweep.diagnosis.types import Baseline, Diagnosis, Finding, Regime

TOO_LITTLE = {"rate_too_low", "too_little_training"}
ENOUGH = 4  # points below which nothing but a plain breakdown is called


def diagnose(curves: Curves, baseline: Baseline | None = None) -> Diagnosis:
    """Judge one run from its curves alone; never raises, whatever the curves hold.

    ``baseline`` is what a constant predictor reaches, where known; it makes underfitting plainer to see.
    """
    return judge(prepare_series(curves), curves, baseline)


def judge(view: PreparedSeries, curves: Curves, baseline: Baseline | None = None) -> Diagnosis:
    """``diagnose`` of curves that were looked at already."""
    broken = () if view.broken is None else (_broken(view.broken),)
    if view.main.size == 0:
        return _without_points(broken)
    f = measure(view, chance_of(view, baseline))
    regime, margin, rules = weigh(view, f)
    stuck = _stuck(view, f, baseline)
    if broken:
        regime, margin = "erratic", 3.0
    elif stuck and regime == "healthy":
        regime, margin = "underfit", beyond(stuck.value, stuck.bound)
    behind = [rule.finding(view, f) for rule in rules]
    if regime == "erratic":  # a run that was thrown got nowhere for another reason
        behind = [finding for finding in behind if finding.name not in TOO_LITTLE]
    findings = (*broken, *behind, *((stuck,) if stuck else ()), *symptoms(view, f, curves))
    if regime == "inconclusive":
        text = f"{f.points} points are too few for a verdict"
        findings = (Finding("too_short", f.points, ENOUGH, None, text), *findings)
    return Diagnosis(
        regime,
        confidence(regime, margin, bool(view.val.size)),
        findings,
        advise(findings, regime),
        final(view, f, baseline),
        efficiency(view, f),
        generalization(view, f, curves),
        trend(view, f),
    )


def weigh(view: PreparedSeries, f: Features) -> tuple[Regime, float, list[Rule]]:
    """The regime, how clear the case is, and the rules that hold, those behind the verdict first.

    The margin is the smaller of how far the deciding rule is beyond its bound and how far all rules that come before
    it are below theirs; for a healthy run, how far all rules are below.
    """
    strengths = [rule.strength(view, f) for rule in RULES]
    holding = [rule for rule, strength in zip(RULES, strengths, strict=True) if strength > 0]
    if f.points < ENOUGH:
        return "inconclusive", 0.0, holding
    if not holding:
        return "healthy", -max(strengths), []
    regime = holding[0].regime
    earlier = [-strengths[at] for at in range(_first(regime))]
    own = max(strength for rule, strength in zip(RULES, strengths, strict=True) if rule.regime == regime)
    ordered = sorted(holding, key=lambda rule: rule.regime != regime)
    return regime, max(min([*earlier, own]), 0.0), ordered


def _first(regime: Regime) -> int:
    """Where the rules of a regime begin."""
    return next(at for at, rule in enumerate(RULES) if rule.regime == regime)


def confidence(regime: Regime, margin: float, validated: bool = True) -> float:
    """The calibrated chance that a verdict this clear is right; at most even odds for health without validation."""
    if regime == "inconclusive":
        return 0.0
    offset, slope = CONFIDENCE[regime]
    chance = 1 / (1 + math.exp(-(offset + slope * margin)))
    return chance if validated or regime != "healthy" else min(chance, 0.5)


def _broken(step: float) -> Finding:
    return Finding("diverged", math.inf, 1.0, step, f"the loss is NaN or infinite from {at(step)} on")


def _without_points(broken: tuple[Finding, ...]) -> Diagnosis:
    if broken:
        return Diagnosis("erratic", confidence("erratic", 3.0), broken, advise(broken, "erratic"))
    nothing = Finding("too_short", 0.0, ENOUGH, None, "no loss and no accuracy was recorded")
    return Diagnosis("inconclusive", 0.0, (nothing,))


def chance_of(view: PreparedSeries, baseline: Baseline | None) -> float:
    """What a constant predictor reaches, in the units of the view; infinite where that is not known."""
    if baseline is None or baseline.loss is None or view.kind != "loss" or not baseline.loss > 0:
        return math.inf
    return baseline.loss / view.scale + view.offset


def _stuck(view: PreparedSeries, f: Features, baseline: Baseline | None) -> Finding | None:
    """No better than a constant predictor, in training and validation, where the baseline is known."""
    level = min(f.end, f.train_end) if view.train.size and view.val.size else f.end
    share = ratio(level - view.offset, chance_of(view, baseline) - view.offset)
    if share <= 0.97:
        return None
    text = f"the loss ends at {100 * share:.0f} % of what a constant predictor reaches"
    return Finding("no_better_than_chance", share, 0.97, None, text)
