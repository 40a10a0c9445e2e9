"""The rows of a log, gathered from the lines of a text."""

from __future__ import annotations

import math
import re

from sweep.readers.base import Columns
from sweep.readers.column_names import plain
from sweep.readers.row_log import Rows
from sweep.readers.text.bars import COUNTERS, Bars
from sweep.readers.text.fields import Fields, Metric
from sweep.readers.text.names import CONTEXTS
from sweep.readers.text.scanner import Scanner
from sweep.readers.text.tables import Tables

RANK = re.compile(r"\b(?:local_?rank|rank|worker)[ :=_#]{0,2}(\d+)", re.IGNORECASE)
DECIMAL_COMMA = re.compile(r"(?<![\d,.])\d+,\d+(?![\d,])")
VALUE = re.compile(r"[:=] *-?\d+(?:(,)|\.)\d")
CODE = re.compile(
    r"\s*(?:def |class \w+[:({]|import |from \S+ import|elif |@\w+|#include|function |const |let |var |public |assert "
    r"|>>> |for \w.* in .*:$|if .*:$)"
)
"""Lines of a program, in Python, C or JavaScript; of tracebacks such lines are a small part."""
LATEST = 1e9
"""A counter as large as this is a time, and counts nothing."""
DIGITS = frozenset(".0123456789")
ABSENT = {"none", "null", "n/a", "no log"}


class TextLog:
    """Understands a text line by line.

    ``rows`` holds what was logged, ``states`` every state of its progress bars. ``lines`` counts all lines, ``filled``
    those that are not blank, ``records`` those with a metric, ``code`` those of a program's text, and ``skipped_ranks``
    those of other processes than the first.

    Args:
        columns: the user's own naming.
        decimal_comma: whether numbers are written 0,5.
    """

    def __init__(self, columns: Columns, decimal_comma: bool = False) -> None:
        self.rows = Rows()
        self.lines = 0
        self.filled = 0
        self.records = 0
        self.code = 0
        self.skipped_ranks = 0
        self._bars = Bars(self.rows)
        self._scanner = Scanner(frozenset(plain(name) for name in columns.values()))
        self._tables = Tables()
        self._decimal_comma = decimal_comma
        self._section = ""
        self._rank = ""
        self._epoch = math.nan

    @property
    def states(self) -> Rows:
        """Every state of a progress bar."""
        return self._bars.states

    @property
    def is_prose(self) -> bool:
        """Whether so many lines were all different that no program printed them in a loop."""
        return self._scanner.is_prose

    @property
    def unknown(self) -> tuple[str, ...]:
        """Names of numbers beside a counter that say nothing to us."""
        return tuple(self._scanner.unknown)

    def feed(self, line: str, overwritten: bool = False) -> bool:
        """Take the next line; whether it held a metric. ``overwritten``: the line after it was written over it."""
        self.lines += 1
        line = line.rstrip()
        if not line:
            return False
        self.filled += 1
        row = self._tables.row(line)
        if row is not None:
            return self._add(row)
        if self._decimal_comma:
            line = DECIMAL_COMMA.sub(lambda found: found[0].replace(",", "."), line)
        fields, values = self._scanner.scan(line)
        if not fields.metrics and not fields.clocks:
            self.code += CODE.match(line) is not None
            self._note_section(line)
            return False
        if fields.metrics and self._of_another_rank(line):
            return False
        return self._add(self._of_line(fields, values), in_bar=overwritten or fields.is_bar)

    def close(self) -> None:
        """The text is at its end."""
        self._bars.close()

    def _add(self, row: dict[str, float], in_bar: bool = False) -> bool:
        """Take a row; whether it held a metric."""
        measured = not row.keys() <= COUNTERS
        self._epoch = row.get("epoch", self._epoch)
        self.records += measured
        if in_bar and measured:
            self._bars.add(row, self._epoch)
        elif row and not in_bar:
            self._bars.close()
            self.rows.add(row)
        return measured

    def _of_line(self, fields: Fields, values: list[str]) -> dict[str, float]:
        """The row of a line: its counters, and its metrics under the split of the heading above."""
        row: dict[str, float] = {}
        for counter, at in fields.clocks:
            value = _float(values[at])
            if math.isfinite(value) and value < LATEST and (counter != "it" or value.is_integer()):
                row.setdefault(counter, value)
        if any(counter != "it" for counter, _ in fields.clocks):
            self._section = ""
        for metric in fields.metrics:
            written = values[metric.at]
            if written.lstrip("-").lower() in ABSENT or (metric.broken and written.lstrip("+-").isdecimal()):
                continue
            name = f"{self._section} {metric.name}" if self._section and metric.bare else metric.name
            row[name] = _value(metric, values)
        return row

    def _of_another_rank(self, line: str) -> bool:
        """Whether a line is of another process than the first that spoke: all of them log the same run."""
        found = RANK.search(line)
        if found is None:
            return False
        self._rank = self._rank or found[1]
        other = found[1] != self._rank
        self.skipped_ranks += other
        return other

    def _note_section(self, line: str) -> None:
        """Remember a heading, ``Validation:``, for the lines below it."""
        bare = line.strip()
        if len(bare) > 60 or len(bare.split()) > 5:
            return
        if bare[-1] not in ":=-*#].\u2026" and bare[0] not in "=-*#[":
            return
        words = re.findall(r"[a-z]+", bare.lower())
        self._section = next((word for word in words if word in CONTEXTS), self._section)


def has_decimal_commas(text: str) -> bool:
    """Whether the numbers of a text are written with decimal commas."""
    signs = VALUE.findall(text)
    commas = signs.count(",")
    return commas > 2 and 2 * commas > len(signs)


def _value(metric: Metric, values: list[str]) -> float:
    value = _float(values[metric.at])
    if metric.over >= 0 and values[metric.at].isdecimal() and values[metric.over].isdecimal():
        whole = _float(values[metric.over])
        return value / whole if whole else math.nan
    return value * metric.scale


def _float(text: str) -> float:
    """A number as a line writes it; NaN for a word in its place."""
    try:
        return float(text)
    except ValueError:
        bare = text.replace(",", "")
        return float(bare) if bare.lstrip("+-")[:1] in DIGITS else math.nan
