"""The verdict: the model's probabilities, or a textbook symptom over them, with the findings that word it."""

from __future__ import annotations

import math
from typing import NamedTuple

from sweep.curves import Curves
from sweep.diagnosis.advice import advise
from sweep.diagnosis.assessment import Assessment, assess, odds_by_line
from sweep.diagnosis.findings.rule import Measures, at
from sweep.diagnosis.findings.symptoms import symptoms
from sweep.diagnosis.findings.vote import Vote, vote
from sweep.diagnosis.measures import Run, measure
from sweep.diagnosis.metrics import metric_disagreement
from sweep.diagnosis.model import fitted
from sweep.diagnosis.questions import efficiency, final, generalization, trend
from sweep.diagnosis.reasons import reasons
from sweep.diagnosis.series import PreparedSeries, prepare_series
from sweep.diagnosis.textbook import Symptom, no_better_than_chance, textbook
from sweep.diagnosis.types import Baseline, Diagnosis, Finding, Reason

ENOUGH = 4  # points below which nothing but a textbook symptom is called
SINGLED_OUT = 0.4  # probability below which no regime is singled out
FAR = 3  # inputs beyond anything fitted on that make a run unlike all others
TOO_LITTLE = frozenset({"rate_too_low", "too_little_training", "still_improving", "small_steps"})
DECIDES = {
    frozenset({"healthy", "overfit"}): "more evaluations, or a larger validation set",
    frozenset({"healthy", "underfit"}): "training for longer",
    frozenset({"healthy", "erratic"}): "a run at a tenth of the learning rate",
    frozenset({"overfit", "underfit"}): "the training loss evaluated without dropout",
    frozenset({"overfit", "erratic"}): "a run at a tenth of the learning rate",
    frozenset({"underfit", "erratic"}): "a run at a tenth of the learning rate",
}


class _Evidence(NamedTuple):
    """All that is known of a run before the verdict."""

    run: Run
    measures: Measures
    voted: Vote
    symptom: Symptom | None
    assessment: Assessment


class _Verdict(NamedTuple):
    regime: str
    confidence: float
    probabilities: dict[str, float]
    why_not: Finding | None  # why it is inconclusive


def diagnose(curves: Curves, baseline: Baseline | None = None) -> Diagnosis:
    """Judge one run from its curves alone; never raises, whatever the curves hold.

    ``baseline`` is what a constant predictor reaches, where known; it makes underfitting plainer to see.
    """
    return judge(prepare_series(curves), curves, baseline)


def judge(series: PreparedSeries, curves: Curves, baseline: Baseline | None = None) -> Diagnosis:
    """``diagnose`` of curves that were prepared already."""
    if series.main.size == 0:
        return _nothing_to_measure(series)
    evidence = _weigh(Run(series, curves, chance_of(series, baseline)))
    run, m = evidence.run, evidence.measures
    verdict = _decide(evidence)
    findings = _findings(evidence, verdict)
    return Diagnosis(
        regime=verdict.regime,
        confidence=verdict.confidence,
        findings=findings,
        advice=advise(findings, verdict.regime),
        final=final(run, baseline),
        efficiency=efficiency(run),
        generalization=generalization(run, m),
        trend=trend(run),
        probabilities=verdict.probabilities,
        why=_why(evidence, verdict, findings),
    )


def chance_of(series: PreparedSeries, baseline: Baseline | None) -> float:
    """What a constant predictor reaches, in the units of the prepared series; infinite where that is not known."""
    if baseline is None or baseline.loss is None or series.kind != "loss" or not baseline.loss > 0:
        return math.inf
    return baseline.loss / series.scale + series.offset


def _weigh(run: Run) -> _Evidence:
    m = measure(run)
    voted = vote(run, m)
    return _Evidence(run, m, voted, textbook(run, m), assess(m, voted))


def _decide(evidence: _Evidence) -> _Verdict:
    probabilities, symptom = evidence.assessment.probabilities, evidence.symptom
    if symptom is not None and symptom.regime == "inconclusive":
        return _Verdict("inconclusive", 0.0, probabilities, symptom.finding)
    if symptom is not None and not _outweighed(symptom, probabilities):
        return _Verdict(symptom.regime, symptom.confidence, _overruled(probabilities, symptom), None)
    first, second = sorted(probabilities, key=lambda name: -probabilities[name])[:2]
    why_not = _undecided(evidence.run, evidence.assessment, first, second)
    if why_not is not None:
        return _Verdict("inconclusive", 0.0, probabilities, why_not)
    return _Verdict(first, _believed(evidence.run, first, probabilities[first]), probabilities, None)


def _outweighed(symptom: Symptom, probabilities: dict[str, float]) -> bool:
    """Whether the model is surer of another illness than the symptom is of its own; never of health."""
    likeliest = max(probabilities, key=lambda name: probabilities[name])
    other = likeliest not in (symptom.regime, "healthy")
    return other and probabilities[likeliest] > symptom.confidence


def _believed(run: Run, regime: str, probability: float) -> float:
    """At most 0.5 for a healthy verdict without validation, where overfitting cannot be seen."""
    return min(probability, 0.5) if regime == "healthy" and not run.series.val.size else probability


def _undecided(run: Run, assessment: Assessment, first: str, second: str) -> Finding | None:
    """Why no regime is singled out: too little, unlike anything known, or ambiguous; ``None`` where one is."""
    if run.points < ENOUGH:
        text = f"{run.points} points are too few for a verdict"
        return Finding("too_short", run.points, ENOUGH, None, text)
    if len(assessment.outside) >= FAR:
        names = ", ".join(assessment.outside[:3])
        text = f"unlike any run that the diagnosis was fitted on, by {names}"
        return Finding("unlike_known_runs", len(assessment.outside), FAR, None, text)
    probability = assessment.probabilities[first]
    if probability >= SINGLED_OUT:
        return None
    decides = DECIDES[frozenset({first, second})]
    text = f"{first} and {second} are about as likely; {decides} would decide"
    return Finding("ambiguous", probability, SINGLED_OUT, None, text)


def _overruled(probabilities: dict[str, float], symptom: Symptom) -> dict[str, float]:
    """The symptom's regime at its confidence; the others share the rest as the model has them."""
    others = {name: value for name, value in probabilities.items() if name != symptom.regime}
    total = sum(others.values()) or 1.0
    rest = 1 - symptom.confidence
    shared = {name: rest * value / total for name, value in others.items()}
    return {name: symptom.confidence if name == symptom.regime else shared[name] for name in probabilities}


def _findings(evidence: _Evidence, verdict: _Verdict) -> tuple[Finding, ...]:
    """All findings, those behind the verdict first, each name once."""
    run, m, symptom = evidence.run, evidence.measures, evidence.symptom
    ordered = sorted(evidence.voted.holding, key=lambda rule: rule.regime != verdict.regime)
    by_rule = [rule.finding(run, m) for rule in ordered]
    if verdict.regime == "erratic":  # an unstable run also moves little: don't report it as undertrained
        by_rule = [finding for finding in by_rule if finding.name not in TOO_LITTLE]
    deciding = (verdict.why_not, symptom.finding if symptom is not None else None, no_better_than_chance(run))
    named: dict[str, Finding] = {}
    disagreement = metric_disagreement(run.series, run.curves)
    for finding in (*deciding, *by_rule, disagreement, *symptoms(run, m)):
        if finding is not None:
            named.setdefault(finding.name, finding)
    return tuple(named.values())


def _why(evidence: _Evidence, verdict: _Verdict, findings: tuple[Finding, ...]) -> tuple[Reason, ...]:
    regime, rival = sorted(verdict.probabilities, key=lambda name: -verdict.probabilities[name])[:2]
    odds = odds_by_line(evidence.assessment, regime, rival)
    run, m, symptom = evidence.run, evidence.measures, evidence.symptom
    if symptom is None or symptom.regime != regime:
        return reasons(run, m, odds, findings)
    others = [finding for finding in findings if finding.name != symptom.finding.name]
    ratio = verdict.probabilities[regime] / max(verdict.probabilities[rival], 1e-9)
    first = Reason("textbook", math.log(ratio), symptom.finding.name, symptom.finding.text)
    return (first, *reasons(run, m, odds, others))


def _nothing_to_measure(series: PreparedSeries) -> Diagnosis:
    if series.broken is None:
        nothing = Finding("too_short", 0.0, ENOUGH, None, "no loss and no accuracy was recorded")
        return Diagnosis("inconclusive", 0.0, (nothing,))
    text = f"the loss is NaN or infinite from {at(series.broken)} on"
    diverged = Finding("diverged", math.inf, 1.0, series.broken, text)
    probabilities = {name: float(name == "erratic") for name in fitted().regimes}
    return Diagnosis("erratic", 0.97, (diverged,), advise((diverged,), "erratic"), probabilities=probabilities)
