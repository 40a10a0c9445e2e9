"""JSON files that are read in one piece: a Trainer's state, one history, or a list of histories or of rows."""

from __future__ import annotations

from pathlib import Path

from sweep.readers import columnar, row_log, trainer_state
from sweep.readers.base import Columns, NoSeriesError, Problem, Read, UnreadableError
from sweep.readers.json_file import load


def read(path: Path, name: str, columns: Columns) -> Read:
    """Whatever histories the file holds."""
    value = load(path)
    if isinstance(value, dict) and "log_history" in value:
        yield from trainer_state.of(value, path, name, columns)
    elif isinstance(value, dict) and (runs := columnar.runs(value, columns)):
        for run in runs:
            yield columnar.history({"id": run, **value[run]}, str(path), run, columns)
    elif isinstance(value, dict):
        yield columnar.history(value, str(path), name, columns)
    elif isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        if not columnar.is_history(value[0], columns):
            rows = row_log.Rows()
            for row in value:
                rows.add(row_log.row(row))
            yield row_log.history(rows, str(path), name, columns)
            return
        for number, item in enumerate(value, start=1):
            try:
                yield columnar.history(item, str(path), str(number), columns)
            except UnreadableError as error:
                yield Problem(str(path), f"item {number}: {error}")
    else:
        raise NoSeriesError("holds JSON but no history: an object with lists, or a list of objects, is expected")
