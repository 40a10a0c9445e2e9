"""The training of a trial, and where each of its points goes: checkpoints, trackers, the diagnosis and the study."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping

from sweep.config.settings import Config
from sweep.curves import Curves
from sweep.diagnosis import Monitor
from sweep.engines import train
from sweep.engines.checkpoints import CheckpointStore
from sweep.engines.job import TrainingJob, TrainingResult
from sweep.executors.base import Handle
from sweep.recipes.task import Task
from sweep.study.loop import CHECKPOINT
from sweep.tracking import TrackerGroup
from sweep.trial import artifacts, objectives

FLUSH_S = 2.0  # between two flushes of the points so far, at least
FLUSH_SHARE = 0.05  # of the time of a run that flushes may take


class WatchedTraining:
    """A training whose every point is recorded, and whose evaluations are reported to the study."""

    def __init__(
        self, task: Task, config: Config, objectives: tuple[str, ...], handle: Handle, trackers: TrackerGroup
    ) -> None:
        minutes = config.train.checkpoint_minutes
        interval = None if minutes is None else 60 * minutes
        self.pruned = False
        self._checkpoints = CheckpointStore(handle.directory / CHECKPOINT, interval)
        self._job = TrainingJob(
            task, config.train, config.seed, config.engine.device, handle.directory, self._checkpoints
        )
        self._engine = config.engine.name
        self._objectives = objectives
        self._handle = handle
        self._trackers = trackers
        self._folder = handle.directory
        self._monitor = Monitor(task.baseline)
        self._flush_at = time.monotonic() + FLUSH_S

    @property
    def curves(self) -> Curves:
        """The curves so far."""
        return self._monitor.curves

    def train(self) -> TrainingResult:
        """Train to the end, or from the checkpoint of an earlier attempt, whose points are taken first."""
        for step, values in self._checkpoints.latest_points():
            self._watch(step, values)
        return train(self._engine, self._job, self._watch)

    def _watch(self, step: int, values: Mapping[str, float]) -> bool:
        """Take the values of one step; whether training is to stop."""
        self._checkpoints.record(step, values)
        self._trackers.add(step, values)
        self._monitor.add(step, values)
        if "val_loss" not in values:
            return False
        if time.monotonic() >= self._flush_at:
            self._flush()
        self.pruned = self._report(step, values)
        return self.pruned

    def _flush(self) -> None:
        """Send the points so far to the trackers, and write them where a page of the running study reads them."""
        began = time.monotonic()
        self._trackers.flush()
        artifacts.write_curves(self._folder, self.curves)
        ended = time.monotonic()
        self._flush_at = ended + max(FLUSH_S, (ended - began) / FLUSH_SHARE)

    def _report(self, step: int, values: Mapping[str, float]) -> bool:
        """Report the first objective of an evaluation; whether the study prunes the trial."""
        objectives.check(self._objectives, values)
        first = self._objectives[0]
        share = step / self._job.steps
        optimistic_final = self._monitor.optimistic_final(share) if first == "val_loss" else -math.inf
        return self._handle.report(
            step, objectives.value(first, values), self._monitor.hopeless, share, optimistic_final
        )
