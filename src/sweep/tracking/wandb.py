"""Weights & Biases: a run in the trial's own folder, offline by default; `wandb sync` sends it later.

W&B is an optional dependency: `pip install wandb`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path
from shutil import copy2
from typing import Any, Literal, get_args

from sweep.errors import ConfigError
from sweep.tracking.base import Point, RunInfo, Status

Mode = Literal["offline", "online", "disabled"]


@dataclass
class Run:
    """One run of W&B; `last_step` is where its step counter stands."""

    run: Any
    id: str
    last_step: int = 0

    def log_points(self, points: Sequence[Point]) -> None:
        """See `TrackedRun.log_points`. W&B's counter can't go back: points of an earlier step get the current one."""
        for step, rows in groupby(points, key=lambda point: point[0]):
            self.last_step = max(self.last_step, int(step))
            self.run.log({name: value for _, name, value in rows}, step=self.last_step)

    def set_tags(self, tags: Mapping[str, str]) -> None:
        """See `TrackedRun.set_tags`."""
        self.run.config.update(dict(tags), allow_val_change=True)

    def log_files(self, paths: Sequence[Path]) -> None:
        """See `TrackedRun.log_files`: W&B sends what lies in the run's folder."""
        for path in paths:
            copy2(path, self.run.dir)

    def close(self, status: Status) -> None:
        """See `TrackedRun.close`."""
        self.run.summary["status"] = status
        self.run.finish(exit_code=0 if status == "FINISHED" else 1)


@dataclass(frozen=True)
class WandbTracker:
    """A project of W&B, which holds runs of trials; a study has none."""

    project: str
    mode: Mode

    def prepare(self) -> None:
        """See `Tracker.prepare`. Raises `ConfigError` where W&B is not installed or does not know the mode."""
        if find_spec("wandb") is None:
            raise ConfigError("record", "names wandb, which is not installed: pip install wandb, or omit it")
        if self.mode not in get_args(Mode):
            raise ConfigError("record.wandb.mode", f"is {self.mode!r}, but must be one of {', '.join(get_args(Mode))}")

    def start_trial(self, info: RunInfo) -> Run:
        """See `Tracker.start_trial`."""
        import wandb

        run = wandb.init(
            project=self.project,
            mode=self.mode,
            dir=str(info.directory),
            name=info.name,
            config={**info.params, **info.tags},
            reinit="create_new",
            settings=wandb.Settings(console="off", silent=True, x_disable_stats=True),
        )
        return Run(run, run.id)

    def open_study(self, info: RunInfo, run_id: str | None) -> None:
        """See `Tracker.open_study`."""

    def close_trial(self, run_id: str | None, tags: Mapping[str, str], status: Status) -> None:
        """See `Tracker.close_trial`: what an offline run wrote is on disk, and a server notices the silence."""


def build(settings: Mapping[str, Any]) -> WandbTracker:
    """The tracker of a `project`, in a `mode` of W&B's."""
    return WandbTracker(settings["project"], settings["mode"])
