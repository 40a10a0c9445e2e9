"""MLflow's database in a file, read without MLflow, which would create and migrate tables in it.

The tables are those of MLflow's ``store/tracking/dbmodels/models.py``: ``experiments``, ``runs`` and ``metrics``, the
same since its first release but for ``metrics.step`` and ``metrics.is_nan`` (2019).
"""

from __future__ import annotations

import math
import sqlite3
from array import array
from dataclasses import replace
from pathlib import Path

from sweep.readers.base import Columns, History, Problem, Read, UnreadableError
from sweep.readers.column_mapping import history
from sweep.readers.sqlite_file import columns as columns_of
from sweep.readers.sqlite_file import opened

PREFIX = "mlflow:"
LARGEST = 1.797e308
"""What MLflow stores for infinity is the largest number of its column."""
NEEDED = {
    "metrics": {"run_uuid", "key", "value", "step", "timestamp", "is_nan"},
    "runs": {"run_uuid", "experiment_id", "start_time"},
    "experiments": {"experiment_id", "name"},
    "params": {"run_uuid", "key", "value"},
    "tags": {"run_uuid", "key", "value"},
}
RUNS = """
SELECT runs.run_uuid FROM runs JOIN experiments ON runs.experiment_id = experiments.experiment_id
WHERE experiments.name = ? AND runs.lifecycle_stage = 'active'
AND EXISTS (SELECT 1 FROM metrics WHERE metrics.run_uuid = runs.run_uuid)
AND NOT EXISTS (SELECT 1 FROM tags WHERE tags.run_uuid = runs.run_uuid AND key = 'sweep.trial' AND value = 'all')
ORDER BY runs.start_time, runs.run_uuid
"""
SETTINGS = "SELECT key, value FROM params WHERE run_uuid = ? UNION ALL SELECT key, value FROM tags WHERE run_uuid = ?"
STATUS = "SELECT status, start_time, end_time FROM runs WHERE run_uuid = ?"
POINTS = "SELECT key, step, value, is_nan FROM metrics WHERE run_uuid = ? ORDER BY step, timestamp"


def read(file: Path, run: str, experiment: str | None, columns: Columns) -> Read:
    """The history of a run, or of each run of an experiment. Raises ``UnreadableError``."""
    if not file.is_file():
        raise UnreadableError(f"no MLflow database at {file}; set MLFLOW_TRACKING_URI to yours")
    try:
        with opened(file) as database:
            for table, needed in NEEDED.items():
                if not columns_of(database, table) >= needed:
                    raise UnreadableError(f"{file} is no database of MLflow's: it has no table {table} of its kind")
            if experiment is None:
                yield _one(database, run, columns)
            else:
                yield from _all(database, experiment, columns)
    except sqlite3.Error as error:
        raise UnreadableError(f"{file} is no database of MLflow's: {error}") from error


def _one(database: sqlite3.Connection, run: str, columns: Columns) -> History:
    if database.execute("SELECT 1 FROM runs WHERE run_uuid = ?", (run,)).fetchone() is None:
        raise UnreadableError(f"no run {run!r} (see MLFLOW_TRACKING_URI)")
    return _history(database, run, columns)


def _all(database: sqlite3.Connection, experiment: str, columns: Columns) -> Read:
    names = [str(name) for (name,) in database.execute("SELECT name FROM experiments ORDER BY experiment_id")]
    if experiment not in names:
        raise UnreadableError(f"no experiment {experiment!r}; it has {', '.join(map(repr, names[:12]))}")
    runs = [str(run) for (run,) in database.execute(RUNS, (experiment,))]
    if not runs:
        raise UnreadableError(f"experiment {experiment!r} has no run with a metric")
    for run in runs:
        try:
            yield _history(database, run, columns)
        except UnreadableError as error:
            yield Problem(PREFIX + run, str(error))


def _history(database: sqlite3.Connection, run: str, columns: Columns) -> History:
    raw: dict[str, tuple[array[float], array[float]]] = {}
    for key, step, value, is_nan in database.execute(POINTS, (run,)):
        steps, values = raw.setdefault(str(key), (array("d"), array("d")))
        steps.append(step)
        values.append(math.nan if is_nan else _infinite(value))
    if not raw:
        raise UnreadableError("a run that logged no metrics")
    return replace(history(raw, PREFIX + run, run, columns), facts=_facts(database, run))


def _facts(database: sqlite3.Connection, run: str) -> dict[str, str]:
    """Parameters, tags and status; ``seconds`` where the run has ended."""
    facts = {str(key): str(value) for key, value in database.execute(SETTINGS, (run, run))}
    status, start, end = database.execute(STATUS, (run,)).fetchone()
    facts["status"] = str(status)
    if start and end:
        facts["seconds"] = str((end - start) / 1000)
    return facts


def _infinite(value: float) -> float:
    return value if abs(value) < LARGEST else value * 2
