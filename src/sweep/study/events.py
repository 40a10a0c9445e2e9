"""What a study tells its listener while it runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sweep.executors.base import Report
from sweep.study.trial_store import TrialRecord


@dataclass(frozen=True)
class Opened:
    """The study begins or is resumed: `finished` holds the trials that have ended before."""

    name: str
    total: int
    finished: Sequence[TrialRecord]


@dataclass(frozen=True)
class Began:
    """An attempt (from 1) at a trial starts."""

    number: int
    attempt: int
    params: Mapping[str, Any]


@dataclass(frozen=True)
class Reported:
    """A running trial's objective at a step, and whether that prunes the trial."""

    number: int
    report: Report
    pruned: bool


@dataclass(frozen=True)
class Ended:
    """A trial has its result."""

    trial: TrialRecord


Event = Opened | Began | Reported | Ended
