"""trackio's store: an SQLite database per project, a row per moment and run, its metrics in JSON.

The schema is that of trackio's ``sqlite_storage``: ``metrics(id, timestamp, run_name, step, metrics)``, in early
versions with ``project_name`` and in late ones with ``run_id`` besides.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from sweep.readers.base import Columns, Head, Problem, Read, Reader, UnreadableError
from sweep.readers.row_histories import histories_of
from sweep.readers.row_log import Rows, row
from sweep.readers.sqlite_file import MAGIC, columns, opened

NEEDED = {"run_name", "step", "metrics"}


def sniff(head: Head) -> bool:
    """Whether this is a database with trackio's table."""
    if not head.data.startswith(MAGIC):
        return False
    try:
        with opened(head.path) as database:
            return columns(database, "metrics") >= NEEDED
    except sqlite3.Error:
        return False


def read(path: Path, name: str, columns: Columns) -> Read:
    """Every run of the project, in the order of their first rows. Raises ``UnreadableError``."""
    try:
        with opened(path) as database:
            runs = [
                run for (run,) in database.execute("SELECT run_name FROM metrics GROUP BY run_name ORDER BY min(rowid)")
            ]
            if not runs:
                raise UnreadableError("a trackio project without a run")
            for run in runs:
                yield from _run(database, path, str(run), columns)
    except sqlite3.Error as error:
        raise UnreadableError(f"a trackio project that cannot be read: {error}") from error


def _run(database: sqlite3.Connection, path: Path, run: str, columns: Columns) -> Read:
    rows = Rows()
    for step, metrics in _logged(database, run):
        rows.add({**metrics, "step": float(step)})
    try:
        yield from histories_of(rows, str(path), run, columns)
    except UnreadableError as error:
        yield Problem(f"{path}, run {run}", str(error))


def _logged(database: sqlite3.Connection, run: str) -> Iterator[tuple[int, dict[str, float]]]:
    """Step and metrics of each row of a run; a row whose JSON is damaged is left out."""
    for step, packed in database.execute("SELECT step, metrics FROM metrics WHERE run_name = ? ORDER BY rowid", (run,)):
        try:
            value = json.loads(packed)
        except (ValueError, TypeError, RecursionError):
            continue
        if isinstance(value, dict) and isinstance(step, int):
            yield step, row(value)


READER = Reader("trackio", sniff, read)
