"""The runs of a trial, one in each tracker: opened, fed in batches, and always closed with the right status."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from sweep.files import atomic
from sweep.tracking.base import Point, RunInfo, Status, TrackedRun
from sweep.tracking.registry import build_all

NOTE = "record.json"  # in a run's folder: its id by tracker, so that a later process can close or continue it


class TrackerGroup:
    """The run of one trial in every tracker. `status` is what the runs end with; failed, until the trial succeeds."""

    def __init__(self, runs: Mapping[str, TrackedRun]) -> None:
        self.status: Status = "FAILED"
        self._runs = runs
        self._pending: list[Point] = []

    @property
    def ids(self) -> dict[str, str]:
        """The run's id by tracker."""
        return {name: run.id for name, run in self._runs.items()}

    def add(self, step: float, values: Mapping[str, float]) -> None:
        """Keep the values of one step until the next `flush`."""
        self._pending += [Point(step, name, value) for name, value in values.items()]

    def flush(self) -> None:
        """Send the pending points."""
        pending = self._pending
        self._pending = []
        for run in self._runs.values():
            run.log_points(pending)

    def finish(self, tags: Mapping[str, str], files: Sequence[Path]) -> None:
        """Send all that is left but the final status, which follows at the end of `trial_runs`."""
        self.flush()
        for run in self._runs.values():
            run.set_tags(tags)
            run.log_files(files)

    def close(self) -> None:
        """End every run with the status reached."""
        for run in self._runs.values():
            run.close(self.status)


@contextmanager
def trial_runs(
    settings: Mapping[str, Any], info: RunInfo, study_runs: Mapping[str, str] | None = None
) -> Iterator[TrackerGroup]:
    """Open a trial's run in every tracker, and close them all at the end of the block.

    Args:
        settings: The settings of each tracker by name.
        info: What the trial is.
        study_runs: The id of the study's run by tracker.
    """
    parents = study_runs or {}
    trackers = build_all(settings)
    group = TrackerGroup(
        {name: tracker.start_trial(replace(info, parent=parents.get(name))) for name, tracker in trackers.items()}
    )
    atomic.write_json(info.directory / NOTE, group.ids)
    try:
        yield group
    except KeyboardInterrupt:
        group.status = "KILLED"
        raise
    finally:
        group.close()


def close_trial(settings: Mapping[str, Any], directory: Path, status: Status) -> None:
    """End the runs of the trial in this folder, whose process has died; runs that have ended stay as they are."""
    tags = {"sweep.study": directory.parent.name, "sweep.trial": str(int(directory.name))}
    noted = read_note(directory)
    for name, tracker in build_all(settings).items():
        tracker.close_trial(noted.get(name), tags, status)


def read_note(directory: Path) -> dict[str, str]:
    """The ids that a run's folder holds; empty where the process died before it wrote them."""
    file = directory / NOTE
    if not file.is_file():
        return {}
    ids: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    return ids
