"""Tables of comma-separated values: Keras' ``CSVLogger``, Lightning's ``metrics.csv``, W&B histories, anyone's own."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from sweep.sources.history import WAY_OUT, Columns, History, NoSeriesError, Read, UnreadableError, small_enough
from sweep.sources.names import parse
from sweep.sources.records import Rows
from sweep.sources.wandb_chart import COLUMN, by_run
from sweep.sources.wiring import Raw, wire

ABSENT = {"", "na", "n/a", "none", "null", "-", "--", "no log", "."}
"""Cells that stand for a point that was never recorded; ``nan`` is a value, and a grave one."""
CUTS = ",;\t|"
WIDEST = 4096


def read(path: Path, name: str, columns: Columns) -> Read:
    """One history, or as many as runs in a chart that W&B exported."""
    small_enough(path)
    raw = _gathered(path, columns)
    for run, series in by_run(raw).items():
        curves, chosen = wire(series, columns)
        yield History(str(path), run or name, curves, chosen)


def separator(header: str) -> str | None:
    """The character that parts the names of a header, or ``None`` where it is a single name."""
    most = max(CUTS, key=header.count)
    return most if most in header else None


def _gathered(path: Path, columns: Columns) -> Raw:
    table = _cells(path)
    _, header = next(table, (0, []))
    names = [cell.strip() for cell in header]
    if any(_number(name) is not None for name in names):
        raise UnreadableError("its first line holds numbers; it has to name the columns")
    if len(names) > WIDEST:
        raise UnreadableError(f"{len(names)} columns; a log has at most {WIDEST}")
    if not columns and not any(parse(name) or COLUMN.match(name) for name in names):
        raise NoSeriesError(f"no loss or accuracy among its columns ({', '.join(names[:12])}); name them: {WAY_OUT}")
    rows, words = Rows(), dict[str, tuple[int, str]]()
    for line, cells in table:
        if [cell.strip() for cell in cells] == names:
            continue  # a log continued by a program that writes its header again
        row: dict[str, float] = {}
        for name, cell in zip(names, cells, strict=False):
            text = cell.strip()
            value = _number(text)
            if value is not None:
                row[name] = value
            elif text.lower() not in ABSENT:
                words.setdefault(name, (line, text[:40]))
        rows.add(row)
    if not rows.count:
        raise UnreadableError("has a header and no rows: nothing was logged yet")
    raw = rows.raw(columns)
    _refuse_words({name: words[name] for name in words if parse(name) or name in columns.values()}, raw)
    return raw


def _refuse_words(words: dict[str, tuple[int, str]], raw: Raw) -> None:
    """A column of words is no series, unless nothing else is left; a word among numbers is a broken cell."""
    for name, (line, text) in words.items():
        if name in raw:
            raise UnreadableError(f"line {line}, column {name!r}: {text!r} is no number")
    if words and not any(parse(name) for name in raw):
        name, (line, text) = next(iter(words.items()))
        raise UnreadableError(f"column {name!r} holds text and no numbers: {text!r} in line {line}")


def _cells(path: Path) -> Iterator[tuple[int, Sequence[str]]]:
    """Lines with their numbers, blank ones left out."""
    with path.open("rb") as peek:
        wide = peek.read(2) in (b"\xff\xfe", b"\xfe\xff")
    with path.open(encoding="utf-16" if wide else "utf-8-sig", newline="") as file:
        try:
            cut = separator(file.readline(2**20)) or ","
            file.seek(0)
            table = csv.reader(file, delimiter=cut)
            for cells in table:
                if any(cells):
                    yield table.line_num, cells
        except UnicodeError as error:
            raise UnreadableError(f"is no text in UTF-8: {error}") from error
        except csv.Error as error:
            raise UnreadableError(f"is no table: {error}") from error


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        pass
    try:
        # Spreadsheets write a decimal comma, and Keras wraps a value with one element in brackets.
        return float(text.strip('"[]').replace(",", ".", 1)) if text else None
    except ValueError:
        return None
