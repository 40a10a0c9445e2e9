"""Checkpoints of a run, so that a killed one resumes: the state of training, and every point recorded so far.

A checkpoint is a folder `checkpoint-STEP`. It counts once the points are in it: they are written last, in one move.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import torch

from sweep.engines.best_model import BestModel
from sweep.files import atomic

POINTS, BEST = "points.jsonl", "best.pt"
Point = tuple[int, dict[str, float]]


@dataclass
class CheckpointStore:
    """The checkpoints in one folder.

    Args:
        directory: where they are.
        interval: seconds between two of them, at least. None: none is written, and one that is there is used.
    """

    directory: Path
    interval: float | None
    points: list[Point] = field(default_factory=list)
    saved_at: float = field(default_factory=time.monotonic)

    def record(self, step: int, values: Mapping[str, float]) -> None:
        """Add a point, for the next checkpoint."""
        if self.interval is not None:
            self.points.append((step, dict(values)))

    def is_due(self) -> bool:
        """Whether it is time for the next checkpoint."""
        return self.interval is not None and time.monotonic() - self.saved_at >= self.interval

    def folder(self, step: int) -> Path:
        """Where the checkpoint of a step is."""
        return self.directory / f"checkpoint-{step}"

    def new_folder(self, step: int) -> Path:
        """The folder of a checkpoint to be written, empty."""
        folder = self.folder(step)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    def commit(self, folder: Path, best: BestModel | None) -> None:
        """Complete the checkpoint whose state is in the folder, and delete the earlier ones."""
        if best is not None:
            torch.save(best.state_dict(), folder / BEST)
        atomic.write_text(folder / POINTS, "".join(f"{json.dumps(point)}\n" for point in self.points))
        for other in self.directory.glob("checkpoint-*"):
            if other != folder:
                shutil.rmtree(other, ignore_errors=True)
        self.saved_at = time.monotonic()

    def latest(self) -> Path | None:
        """The newest complete checkpoint."""
        complete = [file.parent for file in self.directory.glob(f"checkpoint-*/{POINTS}")]
        return max(complete, key=step_of, default=None)

    def latest_points(self) -> Iterator[Point]:
        """The points up to the newest complete checkpoint, in the order in which they were recorded."""
        folder = self.latest()
        if folder is None:
            return
        with (folder / POINTS).open(encoding="utf-8") as lines:
            for line in lines:
                step, values = json.loads(line)
                yield int(step), values


def step_of(folder: Path) -> int:
    """The step that a checkpoint was written at."""
    return int(folder.name.rpartition("-")[2])


def restore_best(best: BestModel | None, folder: Path) -> None:
    """Load what was known of the best model when the checkpoint was written."""
    file = folder / BEST
    if best is not None and file.is_file():
        best.load_state_dict(torch.load(file, weights_only=True))
