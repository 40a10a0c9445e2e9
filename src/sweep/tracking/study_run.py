"""The run of a whole study, under which the runs of its trials are grouped, in the trackers that have such runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sweep.files import atomic
from sweep.tracking.base import Point, RunInfo, Status, TrackedRun
from sweep.tracking.registry import build_all
from sweep.tracking.trial_runs import NOTE, read_note

STATES = ("COMPLETE", "PRUNED", "FAIL")


class StudyRun:
    """The study's run in each tracker that has one."""

    def __init__(self, runs: Mapping[str, TrackedRun]) -> None:
        self._runs = runs

    @property
    def ids(self) -> dict[str, str]:
        """The run's id by tracker."""
        return {name: run.id for name, run in self._runs.items()}

    def log_outcome(self, summary: Mapping[str, Any], files: Sequence[Path]) -> None:
        """Add the counts of the study's summary, and its files."""
        trials = summary["runs"]
        points = [Point(0, "trials", float(len(trials))), Point(0, "agreed", float(summary["agreed"]))]
        counts = {state: sum(trial["state"] == state for trial in trials) for state in STATES}
        for run in self._runs.values():
            run.log_points(points)
            run.set_tags({f"sweep.{state.lower()}": str(count) for state, count in counts.items()})
            run.log_files(files)

    def close(self, status: Status) -> None:
        """End every run."""
        for run in self._runs.values():
            run.close(status)


@contextmanager
def study_run(settings: Mapping[str, Any], name: str, params: Mapping[str, Any], directory: Path) -> Iterator[StudyRun]:
    """Open the run of a study in each tracker while the block lasts: started, or continued as its folder notes it.

    Args:
        settings: The settings of each tracker by name.
        name: The study's name.
        params: The parameters that all its trials share.
        directory: The study's folder.
    """
    info = RunInfo(name, params, {"sweep.study": name, "sweep.trial": "all"}, directory)
    noted = read_note(directory)
    opened = {key: tracker.open_study(info, noted.get(key)) for key, tracker in build_all(settings).items()}
    run = StudyRun({key: tracked for key, tracked in opened.items() if tracked is not None})
    if run.ids:
        atomic.write_json(directory / NOTE, {**noted, **run.ids})
    status: Status = "FAILED"
    try:
        yield run
        status = "FINISHED"
    except KeyboardInterrupt:
        status = "KILLED"
        raise
    finally:
        run.close(status)
