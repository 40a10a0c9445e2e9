"""JSON files that are read in one piece: a Trainer's state, one history, or a list of histories or of rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sweep.readers import columnar, row_log, trainer_state
from sweep.readers.base import Columns, Head, NoSeriesError, Problem, Read, Reader, UnreadableError
from sweep.readers.json_file import NotJsonError, load, opens
from sweep.readers.row_histories import histories_of
from sweep.readers.text import reader as text


def sniff(head: Head) -> bool:
    """Whether a file begins as JSON does."""
    return opens(head)


def read(path: Path, name: str, columns: Columns) -> Read:
    """Whatever histories the file holds."""
    try:
        value = load(path)
    except NotJsonError as error:
        yield from _as_text(path, name, columns, error)
        return
    if isinstance(value, dict) and "log_history" in value:
        yield from trainer_state.of(value, path, name, columns)
    elif isinstance(value, dict) and (runs := columnar.runs(value, columns)):
        for run in runs:
            yield columnar.history({"id": run, **value[run]}, str(path), run, columns)
    elif isinstance(value, dict):
        yield columnar.history(value, str(path), name, columns)
    elif isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        yield from _listed(value, path, name, columns)
    else:
        raise NoSeriesError("holds JSON but no history: an object with lists, or a list of objects, is expected")


def _as_text(path: Path, name: str, columns: Columns, error: NotJsonError) -> Read:
    """What begins as JSON may be a text with objects in it. Raises ``error`` where it holds no log."""
    try:
        yield from text.read(path, name, columns)
    except NoSeriesError:
        raise error from None


def _listed(items: list[dict[str, Any]], path: Path, name: str, columns: Columns) -> Read:
    """A list of rows of one run, or of whole histories; the first item tells which."""
    if columnar.is_history(items[0], columns):
        for number, item in enumerate(items, start=1):
            try:
                yield columnar.history(item, str(path), str(number), columns)
            except UnreadableError as error:
                yield Problem(str(path), f"item {number}: {error}")
        return
    rows = row_log.Rows()
    for row in items:
        rows.add(row_log.row(row))
    yield from histories_of(rows, str(path), name, columns)


READER = Reader("JSON", sniff, read)
