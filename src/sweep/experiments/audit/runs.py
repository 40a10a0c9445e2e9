"""The trainings of an audit: each intervention on one configuration, asked of the test split alone."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from sweep import engines
from sweep.config.schema import TrainSettings
from sweep.config.settings import Config
from sweep.engines.job import TrainingJob, TrainingResult
from sweep.experiments.audit import rule as audit
from sweep.recipes.task import Task


def measure(config: Config, task: Task, own: TrainingResult) -> dict[str, float | None]:
    """The test losses that `audit.gains` compares, in JSON's terms: None where a loss is no number.

    With them, where classes are told apart, the accuracies of the last and of the best model and of naming one class.
    """
    last = own.last or own.test
    losses = {"last": _loss(last), "best": _loss(own.test)}
    if shares := _shares(task):
        losses["chance"] = -sum(share * math.log(share) for share in shares)
        losses["chance_acc"] = max(shares)
        losses |= {f"{name}_acc": test.get("test_acc") for name, test in (("last", last), ("best", own.test))}
    for name, (train, seed) in audit.interventions(config.train, config.seed).items():
        losses[name] = _trained(config, task, train, seed)
    if audit.wants_stronger(audit.numbers(losses)):
        for name, (train, seed) in audit.stronger(config.train, config.seed).items():
            losses[name] = _trained(config, task, train, seed)
    return losses


def _trained(config: Config, task: Task, train: TrainSettings, seed: int) -> float | None:
    with TemporaryDirectory() as folder:
        job = TrainingJob(task, train, seed, config.engine.device, Path(folder))
        return _loss(engines.train(config.engine.name, job, lambda step, values: False).test)


def _loss(test: Mapping[str, float]) -> float | None:
    value = test.get("test_loss", math.nan)
    return value if math.isfinite(value) else None


def _shares(task: Task) -> list[float]:
    """The shares of the classes in the test split; none where a label is no single class."""
    labels: list[Any] = [task.test[row]["labels"] for row in range(len(task.test))]
    if not labels or np.ndim(labels[0]):
        return []
    return [count / len(labels) for count in Counter(int(label) for label in labels).values()]
