"""Advice: findings turned into remedies, the most fitting first, each with a strength read from the curves.

Remedies that no finding calls for follow in the order of the evidence. For an overfit run these are all, since each of
its remedies answers the same finding.
"""

from __future__ import annotations

import math

from sweep.config.remedies import REMEDIES
from sweep.diagnosis.remedy_evidence import REMEDY_EVIDENCE
from sweep.diagnosis.types import Advice, Finding

UNSTABLE = 4.0  # strength of `lower_rate` for an unstable run: a fortieth of its rate (docs/cures.md)
LONGEST = 3.0  # strength of `train_longer` at most: seven times the epochs
UNSTABLE_FINDINGS = frozenset({"diverged", "non_finite", "collapsed", "lost_ground"})
STUCK_FINDINGS = frozenset({"no_better_than_chance", "constant_predictor"})
SLOW_FINDINGS = frozenset({"rate_too_low", "small_steps"})
SHORT_FINDINGS = frozenset({"too_little_training", "still_improving"})


def advise(findings: tuple[Finding, ...], regime: str) -> tuple[Advice, ...]:
    """Remedies for the regime in the order in which they fit the findings; none where nothing is to be treated."""
    known = [name for name in REMEDY_EVIDENCE.get(regime, ()) if name in REMEDIES]
    new = [name for name, remedy in REMEDIES.items() if regime in remedy.regimes and name not in known]
    strengths = {name: strength for name, strength in _strengths(findings).items() if name in (*known, *new)}
    others = [name for name in (*known, *new) if name not in strengths]
    return tuple(Advice(name, REMEDIES[name].text, strengths.get(name, 1.0)) for name in (*strengths, *others))


def _strengths(findings: tuple[Finding, ...]) -> dict[str, float]:
    """The remedies that findings call for, the most urgent first, each with the greatest strength called for."""
    slow = any(finding.name == "small_steps" for finding in findings)
    strengths: dict[str, float] = {}
    for finding in findings:
        if slow and finding.name == "still_improving":
            continue  # the rate comes first: it costs no steps
        if finding.name in STUCK_FINDINGS and "raise_rate" in strengths:
            continue
        called = _called_for(finding)
        if called is not None:
            remedy, strength = called
            strengths[remedy] = max(strengths.get(remedy, 0.0), strength)
    return strengths


def _called_for(finding: Finding) -> tuple[str, float] | None:
    if finding.name in UNSTABLE_FINDINGS:
        return "lower_rate", UNSTABLE
    if finding.name == "oscillating":
        return "lower_rate", min(max(_times(finding), 1.0), UNSTABLE)
    if finding.name in SLOW_FINDINGS:
        return "raise_rate", faster(finding.value)
    if finding.name in STUCK_FINDINGS:
        return "raise_rate", faster(0.0)
    if finding.name in SHORT_FINDINGS:
        return "train_longer", round(min(max(_times(finding), 1.0), LONGEST), 2)
    return None


def _times(finding: Finding) -> float:
    """How many times its bound the finding's value is."""
    return finding.value / finding.bound if finding.bound else math.inf


def faster(moved: float) -> float:
    """The strength of `raise_rate` for a run whose loss fell by this share of its start.

    The distance covered grows with the rate: the less it moved, the more it takes to get half way, and sixteen times
    that to settle (docs/cures.md).
    """
    return round(min(max(math.log10(8.0 / max(moved, 1e-3)), 0.5), 2.5), 2)
