"""Read a run's regime from its curves: pure functions over numpy arrays, no files, no training framework."""

from __future__ import annotations

from sweep.diagnosis.monitor import Alert, Monitor
from sweep.diagnosis.replay import Replay, replay
from sweep.diagnosis.types import Advice, Baseline, Diagnosis, Finding
from sweep.diagnosis.verdict import diagnose
from sweep.regimes import NAMES as REGIMES

__all__ = [
    "REGIMES",
    "Advice",
    "Alert",
    "Baseline",
    "Diagnosis",
    "Finding",
    "Monitor",
    "Replay",
    "diagnose",
    "replay",
]
