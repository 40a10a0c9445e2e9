"""What an engine is given, and what it returns: the same for every engine."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch

from sweep.config.schema import TrainSettings
from sweep.engines.best_model import BestModel
from sweep.engines.checkpoints import CheckpointStore
from sweep.recipes.task import Task

# Called with a step and the values recorded there; returns True to stop training now.
Watch = Callable[[int, Mapping[str, float]], bool]
SCHEDULERS = {"constant": "constant_with_warmup", "linear": "linear", "cosine": "cosine"}  # by transformers' names


@dataclass(frozen=True)
class TrainingJob:
    """One training run.

    Args:
        task: data, model and metrics.
        train: how it trains.
        seed: of the initial weights, the order of the data and dropout.
        device: a device of torch's, or ``auto``.
        directory: for files of the run.
        checkpoints: where to write checkpoints and resume from; None: nowhere.
    """

    task: Task
    train: TrainSettings
    seed: int
    device: str
    directory: Path
    checkpoints: CheckpointStore | None = None

    @property
    def steps(self) -> int:
        """Optimiser steps of the whole run."""
        return self.train.epochs * math.ceil(len(self.task.train) / self.train.batch_size)

    @property
    def warmup_steps(self) -> int:
        """Steps over which the learning rate rises from 0."""
        return int(self.train.warmup * self.steps)

    @property
    def max_grad_norm(self) -> float:
        """The norm that gradients are clipped to; infinite where they are not."""
        return math.inf if self.train.max_grad_norm is None else self.train.max_grad_norm

    def evaluates_at(self, step: int) -> bool:
        """Whether ``step`` is an evaluation point: at least `train.evaluations` of them, and the last step."""
        return step % max(1, self.steps // self.train.evaluations) == 0 or step == self.steps


@dataclass(frozen=True)
class TrainingResult:
    """Metrics on the test split.

    Args:
        test: of the model that is kept: the best one where the settings ask for it, else the last.
        step: the step of that model.
        last: of the model as training left it.
    """

    test: Mapping[str, float]
    step: int
    last: Mapping[str, float]


def tested(
    step: int, model: torch.nn.Module, best: BestModel | None, test: Callable[[], Mapping[str, float]]
) -> TrainingResult:
    """The result of a run that ended at ``step``; the best model, where there is one, is left in ``model``."""
    last = test()
    if best is None:
        return TrainingResult(last, step, last)
    best.restore(model)
    return TrainingResult(test(), best.step, last)


def pick_device(asked: str) -> torch.device:
    """The device asked for; ``auto`` is the GPU where there is one."""
    if asked == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    return torch.device(asked)


def trains_in_half(device: torch.device) -> bool:
    """Whether models compute in bfloat16 there: on GPUs that can."""
    return device.type == "cuda" and torch.cuda.is_bf16_supported()
