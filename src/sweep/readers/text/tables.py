"""Tables inside a text: a line of names, then lines of numbers; Markdown, tabs, commas, or parted by blanks."""

from __future__ import annotations

import re
from collections import deque
from functools import cache, lru_cache
from typing import NamedTuple

from sweep.readers.cells import is_absent, number
from sweep.readers.column_names import measures, parse, plain
from sweep.readers.text.names import clock_of

RULE = re.compile(r"[\s|+:=\-_.─━═╞╪╡╟╫╢┼├┤┌┐└┘╭╮╰╯┏┓┗┛┡╇┩╒╕╘╛╤╧╔╗╚╝╠╬╣…]*|[\s|]*(?:(?:[iuf]\d\d|str)[\s|]*)+")
"""A line that only draws, or tells the types of columns."""
ROWLIKE = re.compile(
    r"(?>[\s|,;\d.+%:/*-]++|e(?=[-+\d])|[kmg]i?b?(?=\s)|nan|inf(?:inity)?|none|null|n/a|na|no log)++", re.IGNORECASE
)
"""A line of nothing but numbers and gaps; possessive, so that no line takes long to be refused."""
TIME = re.compile(r"\d+:\d\d(?::\d\d)?|[\d.]+[KMG]i?B?")
"""A cell with a time or a size."""
TAIL = re.compile(r":?\s+\d{1,3}%\|.*$")
"""A progress bar behind the cells of a row."""
COUNTERS = {"e": "epoch", "#": "step", "epochs": "epoch", "steps": "step", "iters": "step", "iterations": "step"}
"""Names that count only at the head of a column."""
COUNTED = re.compile(r"(?i)epoch|step|iter|\bep?\b|#|update|batch|round")
"""What a line of names has to hold to be the header of a log."""
NUMBER = re.compile(r"(?<![\w.@(/-])\d")
REMEMBERED = 4
"""Lines that may be headers and are kept in mind."""
LONGEST = 4096
MOST_WORDS = 24
MOST_COLUMNS = 256
SURE = 3.0


class Header(NamedTuple):
    """The names of a table's columns, and what parts its cells: a character, or " " for any run of blanks."""

    names: tuple[str, ...]
    cut: str


class Tables:
    """Follows a text line by line and gives the rows of its tables.

    A table opens where a line of numbers has as many cells as a line of names shortly before it, and stays open for any
    line that fits it, whatever stands in between.
    """

    def __init__(self) -> None:
        self._before: deque[str] = deque(maxlen=REMEMBERED)
        self._header: Header | None = None

    def row(self, line: str) -> dict[str, str] | None:
        """The cells of a line by the names of their columns, where it is a row of a table."""
        if "%|" in line:
            line = TAIL.sub("", line)
        rowlike = ROWLIKE.fullmatch(line) is not None
        marked = "|" in line or "\t" in line
        if self._header is not None and (rowlike or marked):
            found = _cells(line, self._header)
            if found:
                return found
        if self._before and (rowlike or marked):
            for before in reversed(self._before):
                header = header_of(before, line)
                found = _cells(line, header) if header else None
                if found:
                    self._header = header
                    self._before.clear()
                    return found
        if not rowlike and len(line) < LONGEST and not NUMBER.search(line) and COUNTED.search(line):
            self._before.append(line)
        return None


def counter_of(name: str) -> str:
    """``epoch``, ``step`` or ``batch`` where a column of this name counts them, else ""."""
    return COUNTERS.get(name.strip().lower(), "") or clock_of(name)


@lru_cache(maxsize=256)
def header_of(line: str, row: str) -> Header | None:
    """The names of the columns above ``row``, ``None`` where ``line`` is no header of a log."""
    for cut in "|\t;,":
        if cut in line and cut in row:
            names = _parted(line, cut)
            if len(names) == len(_parted(row, cut)) and _names_a_log(names):
                return Header(tuple(names), cut)
    width = len(_parted(row, " "))
    if "|" in row or not 2 <= width <= MOST_COLUMNS:
        return None
    for names in _blank_parted(line, width):
        if _names_a_log(names):
            return Header(tuple(names), " ")
    return None


def _blank_parted(line: str, width: int) -> list[list[str]]:
    """The ways to part a header at blanks into ``width`` names, the best first; pandas leaves its index without one."""
    text = line.strip().strip("|#")
    wide = [name.strip() for name in re.split(r"\s{2,}|\t", text) if name.strip()]
    words = text.split()
    found = [names for names in (wide, words) if len(names) == width]
    found += [["index", *names] for names in (wide, words) if len(names) == width - 1 and line[:1].isspace()]
    if width < len(words) <= MOST_WORDS:
        grouped = _grouped(tuple(words), width)
        found += [grouped] if grouped else []
    return found


def _grouped(words: tuple[str, ...], width: int) -> list[str]:
    """Words joined to ``width`` names, as many of them known as can be: ``Epoch, Training Loss, Validation Loss``."""

    @cache
    def best(start: int, left: int) -> tuple[float, tuple[str, ...]]:
        if left == 0:
            return (0.0, ()) if start == len(words) else (-1e9, ())
        options = []
        for end in range(start + 1, min(start + 4, len(words)) + 1):
            score, rest = best(end, left - 1)
            name = " ".join(words[start:end])
            options.append((score + _plausible(name), (name, *rest)))
        return max(options, default=(-1e9, ()), key=lambda option: option[0])

    score, names = best(0, width)
    return list(names) if score > 0 else []


def _plausible(name: str) -> float:
    """How likely these words are one name: one split, one metric."""
    if counter_of(name):
        return SURE if " " not in name else 1.0
    what = parse(name)
    if what is None:
        return 0.5 if " " not in name else 0.0
    words = plain(name).split("_")
    metrics = sum(1 for word in words if (alone := parse(word)) and alone.rank != 8)
    splits = sum(1 for word in words if (alone := parse(word)) and alone.rank == 8)
    if metrics != 1 or splits > 1:
        return -1.0
    in_order = splits == 0 or ((alone := parse(words[0])) is not None and alone.rank == 8)
    return SURE if splits and in_order else 1.5


def _names_a_log(names: list[str]) -> bool:
    """Whether these columns count something and measure a loss or a score."""
    if not 2 <= len(names) <= MOST_COLUMNS or any(number(name) is not None for name in names):
        return False
    return any(map(counter_of, names)) and any(measures(name) for name in names if not counter_of(name))


def _parted(line: str, cut: str) -> list[str]:
    if cut == " ":
        return re.sub(r"(?i)no log", "nolog", line).replace("|", " ").split()
    text = line.strip(" \n")
    if cut == "|":
        text = text.removeprefix("|").removesuffix("|")
    return [cell.strip().strip("*`\"'") for cell in text.split(cut)]


def _cells(line: str, header: Header) -> dict[str, str] | None:
    """The cells of a row by name: all numbers, gaps or times where blanks part them, else at least the counter is."""
    if header.cut != " " and header.cut not in line:
        return None
    cells = _parted(line, header.cut)
    if len(cells) != len(header.names):
        return None
    known = [cell for cell in cells if number(cell) is not None or is_absent(cell) or cell.lower() == "nolog"]
    if header.cut == " ":
        good = len(known) + sum(1 for cell in cells if TIME.fullmatch(cell)) == len(cells)
    else:
        counted = [number(cell) is not None for name, cell in zip(header.names, cells, strict=True) if counter_of(name)]
        good = any(counted) and len(known) >= 2
    return dict(zip(header.names, cells, strict=True)) if good else None
