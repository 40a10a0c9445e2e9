"""Tables with named columns: Keras' ``CSVLogger``, Lightning's ``metrics.csv``, W&B histories, anyone's own."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from sweep.readers.base import WAY_OUT, Columns, Head, NoSeriesError, Read, Reader, UnreadableError
from sweep.readers.cells import is_absent, number
from sweep.readers.column_names import is_clock, measures, parse, plain
from sweep.readers.limits import bounded_lines
from sweep.readers.long_format import RUNS, is_tidy, labels, told
from sweep.readers.row_histories import histories_of
from sweep.readers.row_log import Rows
from sweep.readers.run_columns import CHART
from sweep.readers.text.lines import encoding_of

TENSORBOARD = ["Wall time", "Step", "Value"]
"""The columns of one chart that TensorBoard offers to download; which, only the file's name says."""
CUTS = "\t;|,"
WIDEST = 4096
SUFFIXES = (".csv", ".tsv")
FILE = "metrics.csv"
PAIR = re.compile(r"[A-Za-z_]\s*[=:]\s*[-+]?[\d.]|^\s*[{\[|]|\d\s*\|")
"""What a line of a log holds, and no header of a table."""
FREE_NUMBER = re.compile(r"(?<![\w.@-])\d")


def sniff(head: Head) -> bool:
    """Whether the first line names columns that the line behind it fills."""
    header, row = opening(head.text.splitlines())
    if header.startswith("---"):
        return False
    cut = separator(header, row)
    if head.path.suffix.lower() in SUFFIXES:
        return not _holds_numbers(header, cut)
    if cut in (None, "|") or PAIR.search(header) or _holds_numbers(header, cut):
        return False
    cells = _parted(row, cut)
    known = [number(cell) is not None or is_absent(cell) for cell in cells]
    enough = all(known) if cut == " " or FREE_NUMBER.search(header) else any(known)
    return enough and len(cells) == len(_parted(header, cut))


def find(folder: Path, names: frozenset[str]) -> Path | None:
    """The table that Lightning leaves in a run's folder."""
    return folder / FILE if FILE in names else None


def read(path: Path, name: str, columns: Columns) -> Read:
    """One history, or as many as runs in a chart that W&B exported or in a column that tells runs apart."""
    for label, rows in _gathered(path, columns).items():
        yield from histories_of(rows, str(path), label or name, columns)


def opening(lines: Iterable[str]) -> tuple[str, str]:
    """The line that names the columns, and the one behind it; "" for what is not there.

    Comments (#) are left out, but for the last where numbers follow: so numpy writes its header.
    """
    comment = ""
    header = ""
    for line in filter(str.strip, lines):
        if header:
            return header, line
        if line.startswith("#"):
            comment = line.lstrip("# \t")
        elif comment and number(re.split(r"[,;\t|\s]+", line.strip())[0]) is not None:
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


def _parted(line: str, cut: str) -> list[str]:
    return line.split() if cut == " " else next(csv.reader([line], delimiter=cut), [])


def _holds_numbers(line: str, cut: str | None) -> bool:
    """Whether cells of a line are numbers, so that it names no columns."""
    cells = [cell.strip() for cell in _parted(line, cut or ",") if cell.strip()]
    return any(number(cell) is not None for cell in cells) and not _names_settings(cells)


def _names_settings(names: Sequence[str]) -> bool:
    """Whether columns beside a clock are named by the value of what was varied: ``step, 0.001, 0.01``."""
    return (
        len(names) > 2
        and is_clock(names[0])
        and len(set(names)) == len(names)
        and all(number(name) is not None for name in names[1:])
    )


class _Gatherer:
    """Collects the rows of one table.

    Args:
        names: its columns.
        columns: the user's own naming.
    """

    def __init__(self, names: list[str], columns: Columns) -> None:
        self.rows = Rows()
        self._names = names
        self._columns = columns
        self._words: dict[str, tuple[int, str]] = {}
        tidy = is_tidy(names)
        self._runs: dict[str, list[str]] = {name: [] for name in names if plain(name) in RUNS and not tidy}
        self._counts = frozenset(name for name in names if is_clock(name))

    def add(self, line: int, cells: Sequence[str]) -> None:
        """Take the cells of one row; ``line`` is where it stands."""
        row: dict[str, float] = {}
        said: dict[str, str] = {}
        for name, cell in zip(self._names, cells, strict=False):
            text = cell.strip()
            value = number(text, counts=name in self._counts)
            if value is not None:
                row[name] = value
            elif not is_absent(text):
                said[name] = text
                self._words.setdefault(name, (line, text[:40]))
            if name in self._runs:
                self._runs[name].append(text)
        for so_far in self._runs.values():
            so_far += [""] * (self.rows.count + 1 - len(so_far))  # a line that breaks off before its run
        self.rows.add(told(row, said))

    def by_run(self) -> dict[str, Rows]:
        """The rows of each run, by its label: "" where the table holds but one. Raises ``UnreadableError``."""
        if not self.rows.count:
            raise UnreadableError("has a header and no rows: nothing was logged yet")
        self._refuse_words()
        parts = labels(self._runs)
        return self.rows.parted(parts) if parts else {"": self.rows}

    def _refuse_words(self) -> None:
        """A column of words is no series, unless nothing else is left; a word among numbers is a broken cell."""
        numeric = self.rows.names
        wanted = self._columns.values()
        words = {name: where for name, where in self._words.items() if parse(name) or name in wanted}
        for name, (line, text) in words.items():
            if name in numeric:
                raise UnreadableError(f"line {line}, column {name!r}: {text!r} is no number")
        if words and not any(parse(name) for name in numeric):
            name, (line, text) = next(iter(words.items()))
            raise UnreadableError(f"column {name!r} holds text and no numbers: {text!r} in line {line}")


def _gathered(path: Path, columns: Columns) -> dict[str, Rows]:
    """The rows of each run, by its label: "" where the table holds but one."""
    table = _cells(path)
    _, header = next(table, (0, []))
    names = _named([cell.strip() for cell in header], path, columns)
    gatherer = _Gatherer(names, columns)
    for line, cells in table:
        if [cell.strip() for cell in cells] != names:  # a program that continues a log writes its header again
            gatherer.add(line, cells)
    return gatherer.by_run()


def _named(names: list[str], path: Path, columns: Columns) -> list[str]:
    """The names of the columns. Raises ``UnreadableError`` where they are those of no log."""
    tag = path.stem.removeprefix("run-").replace("-tag-", "/")
    if names == TENSORBOARD and parse(tag) and not columns:
        return [*names[:-1], tag]
    if any(number(name) is not None for name in names) and not _names_settings(names):
        raise UnreadableError("its first line holds numbers among names; it has to name the columns")
    if len(names) > WIDEST:
        raise UnreadableError(f"{len(names)} columns; a log has at most {WIDEST}")
    known = any(measures(name) or CHART.match(name) for name in names)
    counted = any(map(is_clock, names)) and len(names) > 2
    if not columns and not known and not counted and not is_tidy(names):
        raise NoSeriesError(f"no loss or accuracy among its columns ({', '.join(names[:12])}); name them: {WAY_OUT}")
    return names


def _cells(path: Path) -> Iterator[tuple[int, Sequence[str]]]:
    """Lines with their numbers, the header first; blank ones and comments are left out."""
    # A letter of another encoding may spoil a name, but no number.
    with path.open(encoding=encoding_of(path), errors="replace", newline="") as file:
        header, row = opening(file.readline(2**20) for _ in range(100))
        cut = separator(header, row) or ","
        file.seek(0)
        lines = (_uncommented(line, header) for line in bounded_lines(file))
        table = csv.reader(lines, delimiter=cut)
        try:
            for cells in table:
                if any(cells):
                    yield table.line_num, " ".join(cells).split() if cut == " " else cells
        except csv.Error as error:
            raise UnreadableError(f"is no table: {error}") from error


def _uncommented(line: str, header: str) -> str:
    if header and header in line:
        return line.lstrip("# \t")
    return "" if line.startswith("#") else line


READER = Reader("table", sniff, read, find)
