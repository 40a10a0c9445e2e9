"""Weights & Biases, offline unless told otherwise: a run in the trial's own folder, for `wandb sync` to send later.

An optional extra: pip install 'sweep[wandb]'.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path
from shutil import copy2
from typing import Any

from sweep.errors import ConfigError
from sweep.tracking import Begin, Point, Status

MODES = ("offline", "online", "disabled")


@dataclass
class Run:
    """One run of W&B."""

    run: Any
    id: str
    last: int = 0

    def points(self, points: Sequence[Point]) -> None:
        """See `Record.points`. W&B's counter can't go back: a point of an earlier step is logged where it stands."""
        for step, rows in groupby(points, key=lambda point: point[0]):
            self.last = max(self.last, int(step))
            self.run.log({name: value for _, name, value in rows}, step=self.last)

    def tag(self, tags: Mapping[str, str]) -> None:
        """See `Record.tag`."""
        self.run.config.update(dict(tags), allow_val_change=True)

    def files(self, paths: Sequence[Path]) -> None:
        """See `Record.files`."""
        for path in paths:
            copy2(path, self.run.dir)  # what lies there travels with the run

    def close(self, status: Status) -> None:
        """See `Record.close`."""
        self.run.summary["status"] = status
        self.run.finish(exit_code=0 if status == "FINISHED" else 1)


def prepare(settings: Mapping[str, Any]) -> None:
    """Raises `ConfigError` where W&B is not installed or the mode is none of its own."""
    if find_spec("wandb") is None:
        raise ConfigError("record", "names wandb, which is not installed: pip install 'sweep[wandb]', or leave it out")
    if settings["mode"] not in MODES:
        raise ConfigError("record.wandb.mode", f"is {settings['mode']!r}, but must be one of {', '.join(MODES)}")


def start(settings: Mapping[str, Any], begin: Begin) -> Run:
    """A new run, its parameters and tags already in it."""
    import wandb

    run = wandb.init(
        project=settings["project"],
        mode=settings["mode"],
        dir=str(begin.directory),
        name=begin.name,
        config=dict(begin.params) | dict(begin.tags),
        reinit="create_new",
        settings=wandb.Settings(console="off", silent=True, x_disable_stats=True),
    )
    return Run(run, run.id)


def close(settings: Mapping[str, Any], run_id: str, status: Status) -> None:
    """Nothing to do: what an offline run had written is on disk, and online the server sees that it crashed."""
