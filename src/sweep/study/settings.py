"""The settings of a study: one record, made where the configuration is resolved and passed through unchanged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

DEFAULT_STORAGE = "sqlite:///outputs/optuna.db"


@dataclass(frozen=True)
class StudySettings:
    """What a study is besides its search space: how points are chosen, trials stopped and results kept.

    Args:
        name: The study's name in its storage; its folder has the same.
        trials: The total number of trials to reach; None runs every point of the grid once.
        storage: An SQLAlchemy URL, `journal:PATH` or `memory`.
        objectives: Names of the metrics to minimise; a leading `-` maximises the metric by minimising its negative.
        sampler: A name of `sweep.study.samplers`; None chooses the grid where it can be enumerated, else TPE.
        sampler_options: Options of that sampler.
        pruner: A name of `sweep.study.pruners`.
        pruner_options: Options of that pruner.
        seed: Seed of the sampler.
        max_consecutive_failures: Failed trials in a row that end the study early; 0 never ends it.
    """

    name: str
    trials: int | None = None
    storage: str = DEFAULT_STORAGE
    objectives: tuple[str, ...] = ("val_loss",)
    sampler: str | None = None
    sampler_options: Mapping[str, Any] = field(default_factory=dict)
    pruner: str = "none"
    pruner_options: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0
    max_consecutive_failures: int = 5

    @property
    def directions(self) -> tuple[str, ...]:
        """Optuna's direction of each objective: every one is minimised."""
        return ("minimize",) * len(self.objectives)
