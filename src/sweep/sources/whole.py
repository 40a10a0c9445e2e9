"""JSON files that are read in one piece: a Trainer's state, one history, or a list of histories or of rows."""

from __future__ import annotations

from pathlib import Path

from sweep.sources import lists, records, trainer_state
from sweep.sources.history import Columns, NoSeriesError, Problem, Read, UnreadableError
from sweep.sources.json_text import load


def read(path: Path, name: str, columns: Columns) -> Read:
    """Whatever histories the file holds."""
    value = load(path)
    if isinstance(value, dict) and "log_history" in value:
        yield from trainer_state.of(value, path, name, columns)
    elif isinstance(value, dict) and (runs := lists.runs(value, columns)):
        for run in runs:
            yield lists.history({"id": run, **value[run]}, str(path), run, columns)
    elif isinstance(value, dict):
        yield lists.history(value, str(path), name, columns)
    elif isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        if not lists.is_history(value[0], columns):
            rows = records.Rows()
            for row in value:
                rows.add(records.row(row))
            yield records.history(rows, str(path), name, columns)
            return
        for number, item in enumerate(value, start=1):
            try:
                yield lists.history(item, str(path), str(number), columns)
            except UnreadableError as error:
                yield Problem(str(path), f"item {number}: {error}")
    else:
        raise NoSeriesError("holds JSON but no history: an object with lists, or a list of objects, is expected")
