"""Engines: what trains. Each is a module with `train(job, watch) -> TrainingResult`, and knows no study."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sweep.engines.job import TrainingJob, TrainingResult, Watch


def train(name: str, job: TrainingJob, watch: Watch) -> TrainingResult:
    """Train the job by the engine of that name, calling ``watch`` with every point as it comes."""
    result: TrainingResult = import_module(f"sweep.engines.{name}").train(job, watch)
    return result
