"""Engines: what trains. Each has `train(job, watch) -> Result`, and knows torch and transformers but no study."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sweep.engines.job import Job, Result, Watch


def train(name: str, job: Job, watch: Watch) -> Result:
    """Train by the engine of that name."""
    result: Result = import_module(f"sweep.engines.{name}").train(job, watch)
    return result
