"""MLflow: parameters, every point of every series in batches, tags, artifacts, and always the right final status."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")  # nobody who trains a model here has asked to be counted

from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag
from mlflow.exceptions import MlflowException

from sweep.tracking.base import Point, RunInfo, Status

logging.getLogger("mlflow").setLevel(logging.WARNING)  # at INFO it reports every table that it creates
# The limits of one call of `log_batch`, and of one parameter's value.
METRICS = 1000
PARAMS = 100
PARAM_CHARACTERS = 6000

Item = TypeVar("Item")


@dataclass(frozen=True)
class Run:
    """One run of MLflow."""

    client: MlflowClient
    id: str

    def log_points(self, points: Sequence[Point]) -> None:
        """See `TrackedRun.log_points`."""
        now = int(time.time() * 1000)
        metrics = [Metric(name, value, now, int(step)) for step, name, value in points]
        for batch in _batches(metrics, METRICS):
            self.client.log_batch(self.id, metrics=batch)

    def set_tags(self, tags: Mapping[str, str]) -> None:
        """See `TrackedRun.set_tags`."""
        self.client.log_batch(self.id, tags=[RunTag(key, value) for key, value in tags.items()])

    def log_files(self, paths: Sequence[Path]) -> None:
        """See `TrackedRun.log_files`."""
        for path in paths:
            self.client.log_artifact(self.id, str(path))

    def close(self, status: Status) -> None:
        """See `TrackedRun.close`."""
        self.client.set_terminated(self.id, status)


class MlflowTracker:
    """A tracking database or server, and one experiment in it."""

    def __init__(self, uri: str, experiment: str) -> None:
        self.uri = uri
        self.experiment = experiment
        self.client = MlflowClient(uri)

    def prepare(self) -> None:
        """See `Tracker.prepare`: the database and the experiment."""
        self._experiment_id()

    def start_trial(self, info: RunInfo) -> Run:
        """See `Tracker.start_trial`."""
        tags = {**info.tags, "mlflow.source.name": "sweep"}
        if info.parent is not None:
            tags["mlflow.parentRunId"] = info.parent
        created = self.client.create_run(self._experiment_id(), tags=tags, run_name=info.name)
        run = Run(self.client, created.info.run_id)
        params = [Param(key, str(value)[:PARAM_CHARACTERS]) for key, value in info.params.items()]
        for batch in _batches(params, PARAMS):
            self.client.log_batch(run.id, params=batch)
        return run

    def open_study(self, info: RunInfo, run_id: str | None) -> Run:
        """See `Tracker.open_study`."""
        known = run_id or next(iter(self._running(info.tags)), None)
        if known is None:
            return self.start_trial(info)
        self.client.update_run(known, status="RUNNING")
        return Run(self.client, known)

    def close_trial(self, run_id: str | None, tags: Mapping[str, str], status: Status) -> None:
        """See `Tracker.close_trial`."""
        if run_id is None:
            for orphan in self._running(tags):
                self.client.set_terminated(orphan, status)
            return
        try:
            running = self.client.get_run(run_id).info.status == "RUNNING"
        except MlflowException:  # the database has been replaced since
            return
        if running:
            self.client.set_terminated(run_id, status)

    def _running(self, tags: Mapping[str, str]) -> list[str]:
        """Runs that are marked as running and carry these tags, the latest first."""
        conditions = ["attributes.status = 'RUNNING'", *(f"tags.`{key}` = '{value}'" for key, value in tags.items())]
        found = self.client.search_runs([self._experiment_id()], " and ".join(conditions))
        return [run.info.run_id for run in found]

    def _experiment_id(self) -> str:
        found = self.client.get_experiment_by_name(self.experiment)
        if found is not None:
            return str(found.experiment_id)
        artifacts = None
        if self.uri.startswith("sqlite:///"):  # artifacts beside the database, not in the current directory
            artifacts = Path(self.uri.removeprefix("sqlite:///")).resolve().with_name("mlartifacts").as_uri()
        return str(self.client.create_experiment(self.experiment, artifact_location=artifacts))


def build(settings: Mapping[str, Any]) -> MlflowTracker:
    """The tracker at `uri`, with the name of its `experiment`."""
    return MlflowTracker(settings["uri"], settings["experiment"])


def _batches(items: Sequence[Item], size: int) -> Iterator[list[Item]]:
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch
