"""Read a run's regime from its curves: pure functions over numpy arrays, no files, no training framework."""

from __future__ import annotations

from sweep.diagnosis.monitor import Alert, Monitor
from sweep.diagnosis.replay import Replay, replay
from sweep.diagnosis.types import REGIMES, Advice, Baseline, Diagnosis, Finding, Regime
from sweep.diagnosis.verdict import diagnose

__all__ = [
    "REGIMES",
    "Advice",
    "Alert",
    "Baseline",
    "Diagnosis",
    "Finding",
    "Monitor",
    "Regime",
    "Replay",
    "diagnose",
    "replay",
]
