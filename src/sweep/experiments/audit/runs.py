"""The trainings of an audit: each intervention on one configuration, judged on the test split alone."""

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
from sweep.experiments.audit import rule
from sweep.recipes.task import Task


def measure(config: Config, task: Task, own: TrainingResult) -> dict[str, float | None]:
    """Train the interventions; the test losses that `rule.gains` compares, with None for a non-finite one.

    For a task with classes, the accuracies of the last model, the best model and the most frequent class are added.
    """
    losses = {"last": _loss(own.last), "best": _loss(own.test)}
    shares = _class_shares(task)
    if shares:
        losses["chance"] = -sum(share * math.log(share) for share in shares)
        losses["chance_acc"] = max(shares)
        losses["last_acc"] = own.last.get("test_acc")
        losses["best_acc"] = own.test.get("test_acc")
    for name, (train, seed) in rule.interventions(config.train, config.seed).items():
        losses[name] = _trained(config, task, train, seed)
    if rule.wants_stronger(rule.numbers(losses)):
        for name, (train, seed) in rule.stronger(config.train, config.seed).items():
            losses[name] = _trained(config, task, train, seed)
    return losses


def _trained(config: Config, task: Task, train: TrainSettings, seed: int) -> float | None:
    with TemporaryDirectory() as folder:
        job = TrainingJob(task, train, seed, config.engine.device, Path(folder))
        return _loss(engines.train(config.engine.name, job, lambda step, values: False).test)


def _loss(test: Mapping[str, float]) -> float | None:
    value = test.get("test_loss", math.nan)
    return value if math.isfinite(value) else None


def _class_shares(task: Task) -> list[float]:
    """Shares of the classes in the test split; empty where an example's label is not one class."""
    labels: list[Any] = [task.test[row]["labels"] for row in range(len(task.test))]
    if not labels or np.ndim(labels[0]):
        return []
    counts = Counter(int(label) for label in labels)
    return [count / len(labels) for count in counts.values()]
