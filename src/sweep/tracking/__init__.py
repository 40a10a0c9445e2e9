"""Tracking: where the runs of trials and studies are kept beside their folders."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sweep.tracking.base import Point, RunInfo, Status, TrackedRun, Tracker
from sweep.tracking.registry import build_all, check, names, register
from sweep.tracking.study_run import StudyRun, study_run
from sweep.tracking.trial_runs import NOTE, TrackerGroup, close_trial, trial_runs

__all__ = [
    "NOTE", "Point", "RunInfo", "Status", "StudyRun", "TrackedRun", "Tracker", "TrackerGroup",
    "check", "close_trial", "names", "prepare", "register", "study_run", "trial_runs",
]  # fmt: skip


def prepare(settings: Mapping[str, Any]) -> None:
    """Create what the runs of each tracker share. Raises `ConfigError` for an unknown tracker or wrong settings."""
    for tracker in build_all(settings).values():
        tracker.prepare()
