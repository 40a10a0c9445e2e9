"""Which findings of a running training are worth a warning, and which end it: what two verdicts in a row hold."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sweep.diagnosis.series import PreparedSeries
from sweep.diagnosis.types import Diagnosis

ALARMING = frozenset(
    {"diverged", "collapsed", "oscillating", "lost_ground", "validation_rose", "generalization_gap", "rate_too_low"}
)
SETTLED = 8  # validation points before a finding other than a breakdown is believed
TRAINING_SETTLED = 30  # points before the divergence of a training without validation is believed


def alarming(diagnosis: Diagnosis) -> dict[str, str]:
    """Names and texts of the findings that a running training is warned of."""
    return {found.name: found.text for found in diagnosis.findings if found.name in ALARMING}


def believed(found: Mapping[str, str], before: Collection[str], series: PreparedSeries, broke_off: bool) -> list[str]:
    """Names of the findings to report. A loss that is not finite is reported only where it stays so (``broke_off``)."""
    sure = [name for name in found if name in before and name != "diverged" and series.val.size >= SETTLED]
    diverged = "diverged" in found and (broke_off or "diverged" in fatal(found, before, series))
    return ["diverged", *sure] if diverged else sure


def fatal(found: Mapping[str, str], before: Collection[str], series: PreparedSeries) -> list[str]:
    """Names of the findings that end a run: a collapse, or a divergence at finite values, of training alone too."""
    settled = series.val.size >= SETTLED
    trained = series.val.size == 0 and series.main.size >= TRAINING_SETTLED
    if series.broken is not None or not (settled or trained):
        return []
    ends = ("diverged", "collapsed") if settled else ("diverged",)
    return [name for name in ends if name in found and name in before]
