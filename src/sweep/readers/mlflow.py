"""MLflow runs, ``mlflow:RUN_ID``, and whole experiments, ``mlflow:experiment/NAME``, read by MLflow's own client.

The store is ``MLFLOW_TRACKING_URI``, else the one that this project writes, ``outputs/mlflow.db``.
"""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from sweep.readers.base import Columns, History, Problem, Read, UnreadableError
from sweep.readers.column_mapping import wire

PREFIX = "mlflow:"
EXPERIMENT = "experiment/"
HOME = "sqlite:///outputs/mlflow.db"
LARGEST = 1.797e308
"""What MLflow stores for infinity is the largest number of its column."""


def read(name: str, columns: Columns) -> Read:
    """The history of a run, or of each run of an experiment that logged any, oldest first.

    Raises ``UnreadableError`` where the store, the run or the experiment is not there.
    """
    store = os.environ.get("MLFLOW_TRACKING_URI") or HOME
    _refuse_other(store)
    wanted = name.removeprefix(PREFIX)
    if not wanted.removeprefix(EXPERIMENT):
        raise UnreadableError("names no run; write mlflow:RUN_ID or mlflow:experiment/NAME")
    try:
        from mlflow.exceptions import MlflowException
    except ImportError as error:
        raise UnreadableError("mlflow is not installed: pip install mlflow") from error
    try:
        client = _client(store)
        if wanted.startswith(EXPERIMENT):
            yield from _experiment(client, store, wanted.removeprefix(EXPERIMENT), columns)
        else:
            run = client.get_run(wanted)
            yield _history(client, run, columns)
    except MlflowException as error:
        raise UnreadableError(f"{str(error).splitlines()[0][:200]} (in {store}; see MLFLOW_TRACKING_URI)") from error


def _refuse_other(store: str) -> None:
    """MLflow would make the database that it does not find, and its tables in one that is somebody else's."""
    if store.startswith("sqlite:///"):
        file = Path(store.removeprefix("sqlite:///").split("?")[0])
        if not file.is_file():
            raise UnreadableError(f"no MLflow database at {file}; set MLFLOW_TRACKING_URI to yours")
        try:
            with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as database:
                database.execute("SELECT 1 FROM metrics LIMIT 1")
        except sqlite3.Error as error:
            raise UnreadableError(f"{file} is no database of MLflow's: {error}") from error


def _client(store: str) -> Any:
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "20")
    from mlflow import MlflowClient

    for chatty in ("mlflow", "alembic"):
        logging.getLogger(chatty).setLevel(logging.ERROR)
    return MlflowClient(tracking_uri=store)


def _experiment(client: Any, store: str, name: str, columns: Columns) -> Read:
    experiment = client.get_experiment_by_name(name)
    if experiment is None:
        known = ", ".join(repr(found.name) for found in client.search_experiments(max_results=12))
        raise UnreadableError(f"no experiment {name!r} in {store}; it has {known}")
    empty = True
    for run in _runs(client, experiment.experiment_id):
        if not run.data.metrics:
            continue
        try:
            yield _history(client, run, columns)
        except UnreadableError as error:
            yield Problem(PREFIX + run.info.run_id, str(error))
        empty = False
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
    curves, chosen = wire(raw, columns)
    return History(PREFIX + name, name, curves, chosen)


def _points(found: list[Any]) -> tuple[list[int], list[float]]:
    """In the order of their steps; of several values at a step, as of a run that was resumed, the latest is last."""
    ordered = sorted(found, key=lambda metric: (metric.step, metric.timestamp))
    return [metric.step for metric in ordered], [_infinite(metric.value) for metric in ordered]


def _infinite(value: float) -> float:
    return value if abs(value) < LARGEST else value * 2
