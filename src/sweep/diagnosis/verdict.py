"""The verdict: measures, findings and the model's probabilities brought together."""

from __future__ import annotations

import math

from sweep.curves import Curves
from sweep.diagnosis.advice import advise
from sweep.diagnosis.findings.rule import at, beyond
from sweep.diagnosis.findings.symptoms import symptoms
from sweep.diagnosis.findings.vote import vote
from sweep.diagnosis.measures import Run, measure, ratio
from sweep.diagnosis.questions import efficiency, final, generalization, trend
from sweep.diagnosis.series import PreparedSeries, prepare_series
from sweep.diagnosis.types import Baseline, Diagnosis, Finding

TOO_LITTLE = {"rate_too_low", "too_little_training"}
ENOUGH = 4  # points below which nothing but a plain breakdown is called
CONFIDENCE = {"healthy": (0.717, 1.562), "overfit": (1.166, 3.754), "underfit": (0.14, 3.054), "erratic": (1.45, 2.593)}


def diagnose(curves: Curves, baseline: Baseline | None = None) -> Diagnosis:
    """Judge one run from its curves alone; never raises, whatever the curves hold.

    ``baseline`` is what a constant predictor reaches, where known; it makes underfitting plainer to see.
    """
    return judge(prepare_series(curves), curves, baseline)


def judge(series: PreparedSeries, curves: Curves, baseline: Baseline | None = None) -> Diagnosis:
    """``diagnose`` of curves that were prepared already."""
    broken = () if series.broken is None else (_broken(series.broken),)
    if series.main.size == 0:
        return _without_points(broken)
    run = Run(series, curves, chance_of(series, baseline))
    m = measure(run)
    voted = vote(run, m)
    regime, margin = voted.regime, _margin(voted)
    if run.points < ENOUGH:
        regime, margin = "inconclusive", 0.0
    stuck = _stuck(run)
    if broken:
        regime, margin = "erratic", 3.0
    elif stuck and regime == "healthy":
        regime, margin = "underfit", beyond(stuck.value, stuck.bound)
    behind = [rule.finding(run, m) for rule in voted.holding]
    if regime == "erratic":  # an unstable run also moves little: don't report it as undertrained
        behind = [finding for finding in behind if finding.name not in TOO_LITTLE]
    findings = (*broken, *behind, *((stuck,) if stuck else ()), *symptoms(run, m))
    if regime == "inconclusive":
        text = f"{run.points} points are too few for a verdict"
        findings = (Finding("too_short", run.points, ENOUGH, None, text), *findings)
    return Diagnosis(
        regime,
        confidence(regime, margin, bool(series.val.size)),
        findings,
        advise(findings, regime),
        final(run, baseline),
        efficiency(run),
        generalization(run, m),
        trend(run, m),
    )


def _margin(voted):
    if voted.regime == "healthy":
        return -max(voted.strengths.values())
    order = ("erratic", "overfit", "underfit")
    earlier = [-voted.strengths[r] for r in order[: order.index(voted.regime)]]
    return max(min([*earlier, voted.strengths[voted.regime]]), 0.0)


def confidence(regime: str, margin: float, validated: bool = True) -> float:
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


def chance_of(series: PreparedSeries, baseline: Baseline | None) -> float:
    """What a constant predictor reaches, in the units of the prepared series; infinite where that is not known."""
    if baseline is None or baseline.loss is None or series.kind != "loss" or not baseline.loss > 0:
        return math.inf
    return baseline.loss / series.scale + series.offset


def _stuck(run: Run) -> Finding | None:
    """No better than a constant predictor, in training and validation, where the baseline is known."""
    level = min(run.end, run.train_end) if run.both else run.end
    share = ratio(level - run.series.offset, run.chance - run.series.offset)
    if share <= 0.97:
        return None
    text = f"the loss ends at {100 * share:.0f} % of what a constant predictor reaches"
    return Finding("no_better_than_chance", share, 0.97, None, text)
