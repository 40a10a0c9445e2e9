"""What a tracker is: somewhere to keep the runs of trials and of studies, beside their folders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple, Protocol

Status = Literal["FINISHED", "FAILED", "KILLED"]


class Point(NamedTuple):
    """One recorded value of one series; NaN and infinities are values too."""

    step: float
    name: str
    value: float


@dataclass(frozen=True)
class RunInfo:
    """What a run is called, its settings, its tags, its folder and, for a trial, the id of its study's run."""

    name: str
    params: Mapping[str, Any]
    tags: Mapping[str, str]
    directory: Path
    parent: str | None = None


class TrackedRun(Protocol):
    """One run in one tracker, of a trial or of a study."""

    @property
    def id(self) -> str:
        """The run's id in its tracker."""

    def log_points(self, points: Sequence[Point]) -> None:
        """Add points to the run's series."""

    def set_tags(self, tags: Mapping[str, str]) -> None:
        """Add tags, or replace their values."""

    def log_files(self, paths: Sequence[Path]) -> None:
        """Keep copies of files as artifacts."""

    def close(self, status: Status) -> None:
        """End the run."""


class Tracker(Protocol):
    """A tracker under its own settings. Runs are started in the processes of the trials, all else in the coordinator's.

    A method raises `ConfigError` for settings that the tracker can't work with.
    """

    def prepare(self) -> None:
        """Create what all runs share, before several processes need it at the same moment."""

    def start_trial(self, info: RunInfo) -> TrackedRun:
        """Start the run of a trial, with its parameters and tags."""

    def open_study(self, info: RunInfo, run_id: str | None) -> TrackedRun | None:
        """The run of a whole study; None in a tracker that has none.

        Args:
            info: What the run is, if it is to be started.
            run_id: The study's run as an earlier process noted it, to be continued; None where none was noted.
        """

    def close_trial(self, run_id: str | None, tags: Mapping[str, str], status: Status) -> None:
        """End a trial's run whose process has died, unless it has ended already or is gone.

        Args:
            run_id: The run; None where the process died before it could note it. Then `tags` identify the run.
            tags: The study and the trial of the run.
            status: The status to end with.
        """
