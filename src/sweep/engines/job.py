"""The job that an engine is given, and what it hands back: the same for every engine."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import torch

from sweep.config.resolve import Knobs
from sweep.config.schema import Train
from sweep.engines.checkpoints import Keeper
from sweep.recipes.task import Task

# Called with the step and the values recorded there; an answer of True means: stop training now.
Watch = Callable[[int, Mapping[str, float]], bool]
SCHEDULERS = {"constant": "constant_with_warmup", "linear": "linear", "cosine": "cosine"}


@dataclass(frozen=True)
class Job:
    """A task, the settings to train it under, a directory of its own, and who keeps checkpoints, if anyone does."""

    task: Task
    train: Train
    knobs: Knobs
    seed: int
    device: str
    directory: Path
    keeper: Keeper | None = None

    @property
    def steps(self) -> int:
        """Optimiser steps of the whole run."""
        return self.knobs.epochs * math.ceil(len(self.task.train) / self.knobs.batch_size)

    @property
    def warmup_steps(self) -> int:
        """Steps over which the learning rate rises from nothing."""
        return int(self.train.warmup * self.steps)

    def evaluates(self, step: int) -> bool:
        """Whether ``step`` is an evaluation point: `train.evaluations` of them at the least, and the last step."""
        return step % max(1, self.steps // self.train.evaluations) == 0 or step == self.steps


@dataclass
class Result:
    """What the test split says of the model that is kept, and the step which that model is of.

    ``last`` is what it says of the model as training left it, which is another one where the best is kept.
    """

    test: dict[str, float] = field(default_factory=dict)
    step: int = 0
    last: dict[str, float] = field(default_factory=dict)


def pick_device(asked: str) -> torch.device:
    """The device asked for; ``auto`` is the GPU where there is one."""
    if asked == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    return torch.device(asked)
