"""Records: where the curves of a run are kept besides its folder. MLflow is the one that is read back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, Protocol

Status = Literal["FINISHED", "FAILED", "KILLED"]
Point = tuple[float, str, float]
NOTE = "record.json"  # in a trial's folder: which runs it opened, so that a later process can close them


class Record(Protocol):
    """One run in one tracker."""

    @property
    def id(self) -> str:
        """The run's name in its tracker."""

    def points(self, points: Sequence[Point]) -> None:
        """Take ``(step, name, value)`` rows; NaN and Inf included."""

    def tag(self, tags: Mapping[str, str]) -> None:
        """Set tags of the run."""

    def files(self, paths: Sequence[Path]) -> None:
        """Keep files as artifacts of the run."""

    def close(self, status: Status) -> None:
        """End the run."""


@dataclass(frozen=True)
class Begin:
    """What a run is called, what it was set to, and what it belongs to."""

    name: str
    params: Mapping[str, Any]
    tags: Mapping[str, str]
    directory: Path
    parent: str | None = None


class Records:
    """The run of one trial in every tracker asked for; points go out in batches."""

    def __init__(self, opened: Mapping[str, Record]) -> None:
        self._opened = opened
        self._waiting: list[Point] = []
        self.status: Status = "FAILED"

    @property
    def run_id(self) -> str | None:
        """The run in MLflow, where it is among the records."""
        return self._opened["mlflow"].id if "mlflow" in self._opened else None

    def add(self, step: float, values: Mapping[str, float]) -> None:
        """Keep the values of one step until the next `flush`."""
        self._waiting += [(step, name, value) for name, value in values.items()]

    def flush(self) -> None:
        """Send what waits."""
        waiting, self._waiting = self._waiting, []
        for record in self._opened.values():
            record.points(waiting)

    def finish(self, tags: Mapping[str, str], files: Sequence[Path]) -> None:
        """Everything but the final status, which follows when the block of `opened` ends."""
        self.flush()
        for record in self._opened.values():
            record.tag(tags)
            record.files(files)

    def close(self) -> None:
        """End every run with the status reached."""
        for record in self._opened.values():
            record.close(self.status)


def prepare(settings: Mapping[str, Any]) -> None:
    """Make what the trackers share, once, before several processes want it at the same moment."""
    for name, own in settings.items():
        import_module(f"sweep.tracking.{name}").prepare(own)


@contextmanager
def opened(settings: Mapping[str, Any], begin: Begin) -> Iterator[Records]:
    """The records of one run, closed with the right status whatever happens: FINISHED only where the block said so."""
    trackers = {name: import_module(f"sweep.tracking.{name}") for name in settings}
    records = Records({name: tracker.start(settings[name], begin) for name, tracker in trackers.items()})
    note = {name: record.id for name, record in records._opened.items()}
    (begin.directory / NOTE).write_text(json.dumps(note), encoding="utf-8")
    try:
        yield records
    except KeyboardInterrupt:
        records.status = "KILLED"
        raise
    finally:
        records.close()


@dataclass
class Parent:
    """The run of a whole study, under which its trials hang; in MLflow alone, and nothing where that is not asked."""

    record: Record | None = None

    @property
    def id(self) -> str | None:
        """The run's id."""
        return self.record.id if self.record else None

    def keep(self, summary: Mapping[str, Any], files: Sequence[Path]) -> None:
        """Take the study's outcome."""
        if self.record:
            runs, total = summary["runs"], float(len(summary["runs"]))
            self.record.points([(0, "trials", total), (0, "agreed", float(summary["agreed"]))])
            states = {state: sum(run["state"] == state for run in runs) for state in ("COMPLETE", "PRUNED", "FAIL")}
            self.record.tag({f"sweep.{state.lower()}": str(count) for state, count in states.items()})
            self.record.files(files)


@contextmanager
def parent(
    settings: Mapping[str, Any], name: str, params: Mapping[str, Any], directory: Path, into: Parent
) -> Iterator[None]:
    """The study's own run while it lasts: begun, or gone on with where the study's folder knows it already."""
    if "mlflow" not in settings:
        yield
        return
    from sweep.tracking import mlflow

    note = directory / NOTE
    if note.is_file():
        run = mlflow.resume(settings["mlflow"], json.loads(note.read_text(encoding="utf-8"))["mlflow"])
    elif stray := mlflow.running(settings["mlflow"], {"sweep.study": name, "sweep.trial": "all"}):
        run = mlflow.resume(settings["mlflow"], stray[0])
    else:
        tags = {"sweep.study": name, "sweep.trial": "all"}
        run = mlflow.start(settings["mlflow"], Begin(name, params, tags, directory))
    note.write_text(json.dumps({"mlflow": run.id}), encoding="utf-8")
    into.record = run
    status: Status = "FAILED"
    try:
        yield
        status = "FINISHED"
    except KeyboardInterrupt:
        status = "KILLED"
        raise
    finally:
        run.close(status)


def close(settings: Mapping[str, Any], directory: Path, status: Status) -> None:
    """End the runs of a trial whose process is gone, as its folder knows them; one that has ended stays so."""
    note = directory / NOTE
    if not note.is_file():  # killed between opening the run and writing the note, or before both
        if "mlflow" in settings:
            _close_stray(settings["mlflow"], directory, status)
        return
    for name, run_id in json.loads(note.read_text(encoding="utf-8")).items():
        if name in settings:
            import_module(f"sweep.tracking.{name}").close(settings[name], run_id, status)


def _close_stray(settings: Mapping[str, Any], directory: Path, status: Status) -> None:
    from sweep.tracking import mlflow

    tags = {"sweep.study": directory.parent.name, "sweep.trial": str(int(directory.name))}
    for run_id in mlflow.running(settings, tags):
        mlflow.close(settings, run_id, status)
