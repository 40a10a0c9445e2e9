"""A tracker as a user would add one: every run is a JSON file in one folder."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sweep.tracking import Point, RunInfo, Status


class Page:
    """One run, in the file that is its id."""

    def __init__(self, file: Path) -> None:
        self.file = file

    @property
    def id(self) -> str:
        """See `TrackedRun.id`."""
        return str(self.file)

    def log_points(self, points: Sequence[Point]) -> None:
        """See `TrackedRun.log_points`."""
        self._write(points=[*self._read()["points"], *points])

    def set_tags(self, tags: Mapping[str, str]) -> None:
        """See `TrackedRun.set_tags`."""
        self._write(tags={**self._read()["tags"], **tags})

    def log_files(self, paths: Sequence[Path]) -> None:
        """See `TrackedRun.log_files`."""
        self._write(files=[path.name for path in paths])

    def close(self, status: Status) -> None:
        """See `TrackedRun.close`."""
        self._write(status=status)

    def _read(self) -> dict[str, Any]:
        return json.loads(self.file.read_text())

    def _write(self, **changes: Any) -> None:
        self.file.write_text(json.dumps({**self._read(), **changes}))


class Notebook:
    """The tracker."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def prepare(self) -> None:
        """See `Tracker.prepare`."""
        self.folder.mkdir(exist_ok=True)

    def start_trial(self, info: RunInfo) -> Page:
        """See `Tracker.start_trial`."""
        file = self.folder / f"{info.name.replace('/', '-')}.json"
        start = {"params": dict(info.params), "tags": dict(info.tags), "parent": info.parent, "points": []}
        file.write_text(json.dumps({**start, "status": "RUNNING"}, default=str))
        return Page(file)

    def open_study(self, info: RunInfo, run_id: str | None) -> Page:
        """See `Tracker.open_study`."""
        return self.start_trial(info) if run_id is None else Page(Path(run_id))

    def close_trial(self, run_id: str | None, tags: Mapping[str, str], status: Status) -> None:
        """See `Tracker.close_trial`."""
        if run_id is not None and Page(Path(run_id))._read()["status"] == "RUNNING":
            Page(Path(run_id)).close(status)


def build(settings: Mapping[str, Any]) -> Notebook:
    """The tracker in a `folder`."""
    return Notebook(Path(settings["folder"]))
