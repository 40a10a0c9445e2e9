"""The histories that rows make up: runs below each other, runs side by side, each on its own clock."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sweep.readers.base import Columns, History
from sweep.readers.column_mapping import Raw, history
from sweep.readers.column_names import EPOCHS, plain
from sweep.readers.restarts import Run, runs
from sweep.readers.row_log import Rows
from sweep.readers.run_columns import by_run


def histories_of(rows: Rows, source: str, name: str, columns: Columns, notes: Sequence[str] = ()) -> Iterator[History]:
    """Every run in the rows. Raises ``UnreadableError`` where one holds no series that is known."""
    found = runs(rows, columns)
    for number, run in enumerate(found, start=1):
        told = list(notes)
        label = name
        if len(found) > 1:
            label = f"{name} (run {number} of {len(found)})"
            told.append(f"the {run.clock.unit}s start over: read as {len(found)} runs, this is number {number}")
        if rows.thinned:
            told.append("too many points to keep: the longest series are thinned out evenly")
        yield from _side_by_side(run, source, label, columns, told)


def _side_by_side(run: Run, source: str, label: str, columns: Columns, notes: list[str]) -> Iterator[History]:
    split = by_run(raw(run), run.clock.unit != "row") if not set(columns) - {"step"} else None
    if split is None or list(split.runs) == [""]:
        yield history(raw(run), source, label, columns, notes)
        return
    guess = [split.guess] if split.guess else []
    for own, series in split.runs.items():
        yield history(series, source, own, columns, [*notes, *guess])


def raw(run: Run) -> Raw:
    """The series of a run over its clock; epochs are a series too."""
    names = [name for name in run.rows.names if name not in run.clock.names or plain(name) in EPOCHS]
    return {name: (run.clock.places(run.rows.where(name)), run.rows.values(name)) for name in names}
