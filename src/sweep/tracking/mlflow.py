"""MLflow: parameters, every point of every curve in batches, tags, artifacts, and always the right final status."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")  # nobody who trains a model here has asked to be counted

from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag
from mlflow.exceptions import MlflowException

from sweep.tracking import Begin, Point, Status

logging.getLogger("mlflow").setLevel(logging.WARNING)  # it tells of every table that it makes
_METRICS, _PARAMS = 1000, 100  # the most that one call takes


@dataclass(frozen=True)
class Run:
    """One run of MLflow."""

    client: MlflowClient
    id: str

    def points(self, points: Sequence[Point]) -> None:
        """See `Record.points`."""
        now = int(time.time() * 1000)
        metrics = [Metric(name, value, now, int(step)) for step, name, value in points]
        for first in range(0, len(metrics), _METRICS):
            self.client.log_batch(self.id, metrics=metrics[first : first + _METRICS])

    def tag(self, tags: Mapping[str, str]) -> None:
        """See `Record.tag`."""
        self.client.log_batch(self.id, tags=[RunTag(key, value) for key, value in tags.items()])

    def files(self, paths: Sequence[Path]) -> None:
        """See `Record.files`."""
        for path in paths:
            self.client.log_artifact(self.id, str(path))

    def close(self, status: Status) -> None:
        """See `Record.close`."""
        self.client.set_terminated(self.id, status)


def prepare(settings: Mapping[str, Any]) -> None:
    """Make the database and the experiment, once, before several processes want them at the same moment."""
    _experiment(MlflowClient(settings["uri"]), settings)


def start(settings: Mapping[str, Any], begin: Begin) -> Run:
    """A new run, its parameters and tags already in it."""
    client = MlflowClient(settings["uri"])
    tags = dict(begin.tags) | {"mlflow.source.name": "sweep"}
    if begin.parent:
        tags["mlflow.parentRunId"] = begin.parent
    made = client.create_run(_experiment(client, settings), tags=tags, run_name=begin.name)
    run = Run(client, made.info.run_id)
    params = [Param(key, str(value)[:6000]) for key, value in begin.params.items()]
    for first in range(0, len(params), _PARAMS):
        client.log_batch(run.id, params=params[first : first + _PARAMS])
    return run


def resume(settings: Mapping[str, Any], run_id: str) -> Run:
    """A run of an earlier process, open again."""
    client = MlflowClient(settings["uri"])
    client.update_run(run_id, status="RUNNING")
    return Run(client, run_id)


def running(settings: Mapping[str, Any], tags: Mapping[str, str]) -> list[str]:
    """The runs that say they are running and carry these tags, the latest first."""
    client = MlflowClient(settings["uri"])
    wanted = ["attributes.status = 'RUNNING'", *(f"tags.`{key}` = '{value}'" for key, value in tags.items())]
    found = client.search_runs([_experiment(client, settings)], " and ".join(wanted))
    return [run.info.run_id for run in found]


def close(settings: Mapping[str, Any], run_id: str, status: Status) -> None:
    """End a run that another process began, unless it has ended already or is gone."""
    client = MlflowClient(settings["uri"])
    try:
        running = client.get_run(run_id).info.status == "RUNNING"
    except MlflowException:  # the database was put away since
        return
    if running:
        client.set_terminated(run_id, status)


def _experiment(client: MlflowClient, settings: Mapping[str, Any]) -> str:
    name = settings["experiment"]
    found = client.get_experiment_by_name(name)
    if found is not None:
        return str(found.experiment_id)
    home = None
    if settings["uri"].startswith("sqlite:///"):  # artifacts beside the database, not in the current directory
        home = Path(settings["uri"].removeprefix("sqlite:///")).resolve().with_name("mlartifacts").as_uri()
    return str(client.create_experiment(name, artifact_location=home))
