"""Checkpoints of a run, so that a killed one goes on where it was: its state, and every point that it had told.

A checkpoint is a folder `checkpoint-STEP`. It counts once the points are in it, which are written last, in one move.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import torch

from sweep.engines.best_model import Best

POINTS, BEST = "points.jsonl", "best.pt"


@dataclass
class Keeper:
    """The checkpoints in one folder, at most one every ``seconds`` (None: none are made, one that is there is used)."""

    directory: Path
    seconds: float | None
    told: list[tuple[int, dict[str, float]]] = field(default_factory=list)
    last: float = field(default_factory=time.monotonic)

    def tell(self, step: int, values: Mapping[str, float]) -> None:
        """Take note of a point, for the next checkpoint."""
        if self.seconds is not None:
            self.told.append((step, dict(values)))

    def due(self) -> bool:
        """Whether it is time for the next one."""
        return self.seconds is not None and time.monotonic() - self.last >= self.seconds

    def place(self, step: int) -> Path:
        """The folder of a checkpoint to be made, empty."""
        folder = self.directory / f"checkpoint-{step}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    def seal(self, folder: Path, best: Best | None) -> None:
        """The state in the folder is whole: add the points, and take the earlier checkpoints away."""
        if best is not None:
            torch.save(vars(best), folder / BEST)
        draft = folder / f"{POINTS}.part"
        draft.write_text("".join(f"{json.dumps(row)}\n" for row in self.told), encoding="utf-8")
        draft.replace(folder / POINTS)
        for other in self.directory.glob("checkpoint-*"):
            if other != folder:
                shutil.rmtree(other, ignore_errors=True)
        self.last = time.monotonic()

    def latest(self) -> Path | None:
        """The newest whole checkpoint."""
        whole = [file.parent for file in self.directory.glob(f"checkpoint-*/{POINTS}")]
        return max(whole, key=step_of, default=None)

    def points(self) -> Iterator[tuple[int, dict[str, float]]]:
        """What had been told up to the newest checkpoint, in the order in which it was told."""
        folder = self.latest()
        if folder is not None:
            with (folder / POINTS).open(encoding="utf-8") as rows:
                yield from ((int(step), values) for step, values in map(json.loads, rows))


def step_of(folder: Path) -> int:
    """The step that a checkpoint was made at."""
    return int(folder.name.rpartition("-")[2])


def restore(best: Best | None, folder: Path) -> None:
    """Put back what was known of the best model when the checkpoint was made."""
    file = folder / BEST
    if best is not None and file.is_file():
        vars(best).update(torch.load(file, weights_only=True))
