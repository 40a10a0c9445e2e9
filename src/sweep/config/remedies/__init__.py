"""Remedies: named changes of a run's settings, each on the settings as they stand, in the order given.

A remedy here is one decorated function and `conf/remedy/NAME.yaml`. One of another package is given to `register`, or
offered as an entry point of the group `sweep.remedies`. Pure: nothing here trains or loads anything.
"""

from __future__ import annotations

from sweep.config.remedies import data, model, training
from sweep.config.remedies.catalogue import (
    REMEDIES,
    AppliedRemedy,
    NotApplicable,
    Remedy,
    RunSettings,
    SkippedRemedy,
    apply,
    find,
    register,
)

__all__ = [
    "REMEDIES",
    "AppliedRemedy",
    "NotApplicable",
    "Remedy",
    "RunSettings",
    "SkippedRemedy",
    "apply",
    "data",
    "find",
    "model",
    "register",
    "training",
]
