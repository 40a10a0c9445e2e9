"""Tables of comma-separated values: Keras' ``CSVLogger``, Lightning's ``metrics.csv``, W&B histories, anyone's own."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from sweep.readers.base import UTF_16, WAY_OUT, Columns, History, NoSeriesError, Read, UnreadableError, small_enough
from sweep.readers.column_mapping import wire
from sweep.readers.column_names import parse, plain
from sweep.readers.long_format import RUNS, is_tidy, labels, told
from sweep.readers.row_log import Rows
from sweep.readers.wandb_chart import COLUMN, by_run

ABSENT = {"", "na", "n/a", "none", "null", "-", "--", "no log", "."}
"""Cells that stand for a point that was never recorded; ``nan`` is a value, and a grave one."""
CHART = ["Wall time", "Step", "Value"]
"""The columns of one chart that TensorBoard offers to download; which, only the file's name says."""
CUTS = "\t;|,"
WIDEST = 4096


def read(path: Path, name: str, columns: Columns) -> Read:
    """One history, or as many as runs in a chart that W&B exported or in a column that tells runs apart."""
    small_enough(path)
    for label, rows in _gathered(path, columns).items():
        raw = rows.raw(columns)
        for run, series in by_run(raw).items():
            curves, chosen = wire(series, columns)
            yield History(str(path), run or label or name, curves, chosen)


def opening(lines: Iterable[str]) -> tuple[str, str]:
    """The line that names the columns, and the one behind it; "" for what is not there.

    Comments (#) are left out, but for the last where numbers follow: so numpy writes its header.
    """
    comment = header = ""
    for line in filter(str.strip, lines):
        if header:
            return header, line
        if line.startswith("#"):
            comment = line.lstrip("# \t")
        elif comment and _number(re.split(r"[,;\t|\s]+", line.strip())[0]) is not None:
            return comment, line
        else:
            header = line
    return header, ""


def separator(header: str, row: str) -> str | None:
    """The character that parts the names of a header, " " for blanks; ``None`` where it is a single name."""
    most = max(CUTS, key=header.count)
    if most in header:
        return most
    return " " if len(header.split()) == len(row.split()) > 1 else None


def _gathered(path: Path, columns: Columns) -> dict[str, Rows]:
    """The rows of each run, by its label: "" where the table holds but one."""
    table = _cells(path)
    _, header = next(table, (0, []))
    names = [cell.strip() for cell in header]
    tag = path.stem.removeprefix("run-").replace("-tag-", "/")
    if names == CHART and parse(tag) and not columns:
        names[-1] = tag
    if any(_number(name) is not None for name in names):
        raise UnreadableError("its first line holds numbers; it has to name the columns")
    if len(names) > WIDEST:
        raise UnreadableError(f"{len(names)} columns; a log has at most {WIDEST}")
    if not columns and not is_tidy(names) and not any(parse(name) or COLUMN.match(name) for name in names):
        raise NoSeriesError(f"no loss or accuracy among its columns ({', '.join(names[:12])}); name them: {WAY_OUT}")
    rows, words = Rows(), dict[str, tuple[int, str]]()
    runs: dict[str, list[str]] = {name: [] for name in names if plain(name) in RUNS and not is_tidy(names)}
    for line, cells in table:
        if [cell.strip() for cell in cells] == names:
            continue  # a log continued by a program that writes its header again
        row: dict[str, float] = {}
        said: dict[str, str] = {}
        for name, cell in zip(names, cells, strict=False):
            text = cell.strip()
            value = _number(text)
            if value is not None:
                row[name] = value
            elif text.lower() not in ABSENT:
                said[name] = text
                words.setdefault(name, (line, text[:40]))
            if name in runs:
                runs[name].append(text)
        for cells_so_far in runs.values():
            cells_so_far += [""] * (rows.count + 1 - len(cells_so_far))  # a line that breaks off before its run
        rows.add(told(row, said))
    if not rows.count:
        raise UnreadableError("has a header and no rows: nothing was logged yet")
    _refuse_words({name: words[name] for name in words if parse(name) or name in columns.values()}, rows.names)
    parts = labels(runs)
    return rows.parted(parts) if parts else {"": rows}


def _refuse_words(words: dict[str, tuple[int, str]], numeric: list[str]) -> None:
    """A column of words is no series, unless nothing else is left; a word among numbers is a broken cell."""
    for name, (line, text) in words.items():
        if name in numeric:
            raise UnreadableError(f"line {line}, column {name!r}: {text!r} is no number")
    if words and not any(parse(name) for name in numeric):
        name, (line, text) = next(iter(words.items()))
        raise UnreadableError(f"column {name!r} holds text and no numbers: {text!r} in line {line}")


def _cells(path: Path) -> Iterator[tuple[int, Sequence[str]]]:
    """Lines with their numbers, the header first; blank ones and comments are left out."""
    with path.open("rb") as peek:
        wide = peek.read(2) in UTF_16
    # A letter of another encoding may spoil a name, but no number.
    with path.open(encoding="utf-16" if wide else "utf-8-sig", errors="replace", newline="") as file:
        header, row = opening(file.readline(2**20) for _ in range(100))
        cut = separator(header, row) or ","
        file.seek(0)
        lines = (line.lstrip("# \t") if header in line else "" if line.startswith("#") else line for line in file)
        table = csv.reader(lines, delimiter=cut)
        try:
            for cells in (" ".join(cells).split() for cells in table) if cut == " " else table:
                if any(cells):
                    yield table.line_num, cells
        except csv.Error as error:
            raise UnreadableError(f"is no table: {error}") from error


def _number(text: str) -> float | None:
    """A cell's number; as spreadsheets write it (1,5 and 93 %), Keras ([1.5]) and a printed tensor (tensor(1.5))."""
    try:
        return float(text)
    except ValueError:
        pass
    bare = text.strip('"[]')
    if bare.startswith("tensor("):
        bare = bare[7:].split(",")[0].rstrip(")")
    share = 0.01 if bare.endswith("%") else 1.0
    try:
        return share * float(bare.rstrip("% ").replace(",", ".", 1)) if bare else None
    except ValueError:
        return None
