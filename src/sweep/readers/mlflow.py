"""MLflow runs, ``mlflow:RUN_ID``, and whole experiments, ``mlflow:experiment/NAME``.

The store is ``MLFLOW_TRACKING_URI``, else the one that this project writes, ``outputs/mlflow.db``. A database in a file
is read without MLflow, which would write into it; a server is asked by MLflow's own client.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from sweep.readers import mlflow_database
from sweep.readers.base import Columns, History, Problem, Read, UnreadableError
from sweep.readers.column_mapping import history
from sweep.readers.mlflow_database import LARGEST, PREFIX

EXPERIMENT = "experiment/"
HOME = "sqlite:///outputs/mlflow.db"
SQLITE = "sqlite:///"


def read(name: str, columns: Columns) -> Read:
    """The history of a run, or of each run of an experiment that logged any, oldest first.

    Raises ``UnreadableError`` where the store, the run or the experiment is not there.
    """
    store = os.environ.get("MLFLOW_TRACKING_URI") or HOME
    wanted = name.removeprefix(PREFIX)
    if not wanted.removeprefix(EXPERIMENT):
        raise UnreadableError("names no run; write mlflow:RUN_ID or mlflow:experiment/NAME")
    experiment = wanted.removeprefix(EXPERIMENT) if wanted.startswith(EXPERIMENT) else None
    if store.startswith(SQLITE):
        file = Path(store.removeprefix(SQLITE).split("?")[0])
        yield from mlflow_database.read(file, wanted, experiment, columns)
        return
    yield from _asked(store, wanted, experiment, columns)


def _asked(store: str, run: str, experiment: str | None, columns: Columns) -> Read:
    """The histories that a server gives."""
    try:
        from mlflow.exceptions import MlflowException
    except ImportError as error:
        raise UnreadableError("mlflow is not installed: pip install mlflow") from error
    try:
        client = _client(store)
        if experiment is not None:
            yield from _experiment(client, experiment, columns)
        else:
            yield _history(client, client.get_run(run), columns)
    except MlflowException as error:
        raise UnreadableError(f"{str(error).splitlines()[0][:200]} (see MLFLOW_TRACKING_URI)") from error


def _client(store: str) -> Any:
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "20")
    from mlflow import MlflowClient

    for chatty in ("mlflow", "alembic"):
        logging.getLogger(chatty).setLevel(logging.ERROR)
    return MlflowClient(tracking_uri=store)


def _experiment(client: Any, name: str, columns: Columns) -> Read:
    experiment = client.get_experiment_by_name(name)
    if experiment is None:
        known = ", ".join(repr(found.name) for found in client.search_experiments(max_results=12))
        raise UnreadableError(f"no experiment {name!r}; it has {known}")
    empty = True
    for run in _runs(client, experiment.experiment_id):
        if not run.data.metrics or run.data.tags.get("sweep.trial") == "all":  # a study, which has no curves of its own
            continue
        empty = False
        try:
            yield _history(client, run, columns)
        except UnreadableError as error:
            yield Problem(PREFIX + run.info.run_id, str(error))
    if empty:
        raise UnreadableError(f"experiment {name!r} has no run with a metric")


def _runs(client: Any, experiment: str) -> Iterator[Any]:
    token = None
    while True:
        page = client.search_runs([experiment], order_by=["attributes.start_time ASC"], page_token=token)
        yield from page
        token = page.token
        if not token:
            return


def _history(client: Any, run: Any, columns: Columns) -> History:
    name = run.info.run_id
    raw = {key: _points(client.get_metric_history(name, key)) for key in run.data.metrics}
    if not raw:
        raise UnreadableError("a run that logged no metrics")
    return replace(history(raw, PREFIX + name, name, columns), facts=_facts(run))


def _facts(run: Any) -> dict[str, str]:
    """Parameters, tags and status; ``seconds`` where the run has ended."""
    facts = {**run.data.params, **run.data.tags, "status": run.info.status}
    if run.info.start_time and run.info.end_time:
        facts["seconds"] = str((run.info.end_time - run.info.start_time) / 1000)
    return facts


def _points(found: list[Any]) -> tuple[list[int], list[float]]:
    """In the order of their steps; of several values at a step, as of a run that was resumed, the latest is last."""
    ordered = sorted(found, key=lambda metric: (metric.step, metric.timestamp))
    values = [metric.value if abs(metric.value) < LARGEST else metric.value * 2 for metric in ordered]
    return [metric.step for metric in ordered], values
