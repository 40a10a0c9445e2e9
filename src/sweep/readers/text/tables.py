"""Tables inside a text: a line of names, then lines of numbers; Markdown, tabs, commas, or parted by blanks."""

from __future__ import annotations

import re
from collections import deque

from sweep.readers.cells import is_absent, number
from sweep.readers.long_format import told
from sweep.readers.text.headers import BLANK, Header, cells_of, header_of

ROWLIKE = re.compile(
    r"(?>[\s|,;\d.+%:/*-]++|e(?=[-+\d])|[kmg]i?b?(?=\s)|nan|inf(?:inity)?|none|null|n/a|na|no log)++", re.IGNORECASE
)
"""A line of nothing but numbers and gaps; possessive, so that no line takes long to be refused."""
DIGIT = re.compile(r"\d")
TIME = re.compile(r"\d+:\d\d(?::\d\d)?|[\d.]+[KMG]i?B?")
"""A cell with a time or a size."""
TAIL = re.compile(r":?\s+\d{1,3}%\|.*$")
"""A progress bar behind the cells of a row."""
CUTS = ("|", "\t", ";", ",")
COUNTED = re.compile(r"(?i)epoch|step|iter|\bep?\b|#|update|batch|round")
"""What a line of names has to hold to be the header of a log."""
NUMBER = re.compile(r"(?<![\w.@(/=-])\d")
"""A number that stands alone, as in no header."""
REMEMBERED = 4
"""Lines that may be headers and are kept in mind."""
LONGEST = 4096


class Tables:
    """Follows a text line by line and gives the rows of its tables.

    A table opens where a line of numbers has as many cells as a line of names shortly before it, and stays open for any
    line that fits it, whatever stands in between.
    """

    def __init__(self) -> None:
        self._before: deque[str] = deque(maxlen=REMEMBERED)
        self._header: Header | None = None

    def row(self, line: str) -> dict[str, float] | None:
        """The numbers of a line by the names of their columns, where it is a row of a table."""
        if "%|" in line:
            line = TAIL.sub("", line)
        rowlike = ROWLIKE.fullmatch(line) is not None
        marked = "|" in line or "\t" in line
        if (rowlike or marked) and DIGIT.search(line):
            found = self._of_open_table(line) or self._of_new_table(line)
            if found:
                return found
        if not rowlike:
            self._remember(line)
        return None

    def _of_open_table(self, line: str) -> dict[str, float] | None:
        if self._header is None:
            return None
        return _row(cells_of(line, self._header.cut), self._header)

    def _of_new_table(self, line: str) -> dict[str, float] | None:
        """The row under one of the lines before that may be its header, the latest first."""
        if not self._before:
            return None
        for cut in (*(cut for cut in CUTS if cut in line), BLANK):
            cells = cells_of(line, cut)
            for before in reversed(self._before):
                header = header_of(before, cut, len(cells))
                found = _row(cells, header) if header else None
                if found:
                    self._header = header
                    self._before.clear()
                    return found
        return None

    def _remember(self, line: str) -> None:
        """Keep a line in mind that may be a header."""
        if len(line) < LONGEST and not NUMBER.search(line) and COUNTED.search(line) and line not in self._before:
            self._before.append(line)


def _row(cells: list[str], header: Header) -> dict[str, float] | None:
    """The numbers of a row by name; ``None`` where it does not fit.

    Where blanks part them, all cells are numbers, gaps or times; else the counter is a number, and another cell one or
    a gap.
    """
    if len(cells) != len(header.names):
        return None
    row: dict[str, float] = {}
    words: dict[str, str] = {}
    for name, counter, cell in zip(header.names, header.counters, cells, strict=True):
        value = number(cell, counts=bool(counter))
        if value is not None:
            row[counter or name] = value
        elif not is_absent(cell):
            words[name] = cell
    if header.cut == BLANK:
        fits = all(map(TIME.fullmatch, words.values()))
    else:
        fits = not row.keys().isdisjoint(header.counters) and len(cells) - len(words) >= 2
    return told(row, words) if fits and row else None
