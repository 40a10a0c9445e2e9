"""The rows of a log, gathered from the lines of a text."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import NamedTuple

from sweep.readers.base import Columns
from sweep.readers.cells import number
from sweep.readers.column_names import plain, says_split
from sweep.readers.long_format import told
from sweep.readers.row_log import Rows
from sweep.readers.text.fields import Fields, Metric, Scanner
from sweep.readers.text.names import CONTEXTS
from sweep.readers.text.tables import Tables, counter_of

RANK = re.compile(r"\b(?:local_?rank|rank|worker)[ :=_#]{0,2}(\d+)", re.IGNORECASE)
DECIMAL_COMMA = re.compile(r"(?<![\d,.])\d+,\d+(?![\d,])")
VALUE = re.compile(r"[:=] *-?\d+(?:(,)|\.)\d")
CODE = re.compile(
    r"\s*(?:def |class \w+[:({]|import |from \S+ import|elif |@\w+|#include|function |const |let |var |public |assert "
    r"|>>> |for \w.* in .*:$|if .*:$)"
)
"""Lines of a program, in Python, C or JavaScript; of tracebacks such lines are a small part."""
LATEST = 1e9
"""A number as large as this at the head of a line is a time, and counts nothing."""
ABSENT = {"none", "null", "n/a", "no log"}


class Pending(NamedTuple):
    """The last state of a progress bar, which the next state may replace."""

    row: dict[str, float]
    epoch: float
    step: float
    place: float


class TextLog:
    """Understands a text line by line. ``rows`` holds what it logged; ``count`` says how many lines had a metric.

    Args:
        columns: the user's own naming.
        decimal_comma: whether numbers are written 0,5.
    """

    def __init__(self, columns: Columns, decimal_comma: bool = False) -> None:
        self.rows = Rows()
        self.states = Rows()
        self.lines = 0
        self.filled = 0
        self.records = 0
        self.code = 0
        self.skipped_ranks = 0
        self._scanner = Scanner(frozenset(plain(name) for name in columns.values()))
        self._tables = Tables()
        self._decimal_comma = decimal_comma
        self._section = ""
        self._rank = ""
        self._bar: Pending | None = None
        self._epoch = math.nan
        self._shown: dict[str, float] = {}

    def feed(self, line: str, overwritten: bool = False) -> bool:
        """Take the next line; whether it held a metric. ``overwritten``: the line after it was written over it."""
        self.lines += 1
        line = line.rstrip()
        if not line:
            return False
        self.filled += 1
        cells = self._tables.row(line)
        if cells is not None:
            return self._add(self._of_table(cells))
        if self._decimal_comma:
            line = DECIMAL_COMMA.sub(lambda found: found[0].replace(",", "."), line)
        fields, values = self._scanner.scan(line)
        if not fields.metrics and not fields.clocks:
            self.code += CODE.match(line) is not None
            self._note_section(line)
            return False
        if fields.metrics and self._of_another_rank(line):
            return False
        row = self._of_line(fields, values)
        if overwritten or fields.is_bar:
            return self._add_bar(row)
        return self._add(row)

    def close(self) -> None:
        """Take the last state of a bar that nothing followed."""
        if self._bar is not None:
            self.rows.add(self._bar.row)
            self._bar = None

    def _add(self, row: dict[str, float]) -> bool:
        if not row:
            return False
        self._note_epoch(row)
        self.close()
        self.rows.add(row)
        measured = _measures(row)
        self.records += measured
        return measured

    def _add_bar(self, row: dict[str, float]) -> bool:
        """A state of a bar stands for those before it in the same epoch and at the same step."""
        if not _measures(row):
            return False
        self._note_epoch(row)
        count = row.get("batch", row.get("it", math.inf))
        state = Pending(row, self._epoch, row.get("step", math.nan), count)
        last = self._bar
        if last is not None and _same(last, state):
            state = state._replace(row={**last.row, **row})
        elif last is not None:
            self.rows.add(last.row)
        self._bar = state
        self.records += 1
        self._add_state(row)
        return True

    def _add_state(self, row: Mapping[str, float]) -> None:
        """Keep a bar's states too, in case they are all there is; a number that stands still is shown, not logged."""
        fresh = {name: value for name, value in row.items() if counter_of(name) or self._shown.get(name) != value}
        self._shown.update(row)
        self.states.add(fresh)

    def _note_epoch(self, row: Mapping[str, float]) -> None:
        self._epoch = row.get("epoch", self._epoch)

    def _of_line(self, fields: Fields, values: list[str]) -> dict[str, float]:
        row: dict[str, float] = {}
        for counter, at in fields.clocks:
            value = _float(values[at])
            if math.isfinite(value) and value < LATEST and not (counter == "it" and not value.is_integer()):
                row.setdefault(counter, value)
        section = "" if any(counter != "it" for counter, _ in fields.clocks) else self._section
        if fields.clocks and not section:
            self._section = ""
        for metric in fields.metrics:
            written = values[metric.at]
            if written.lower() in ABSENT or (metric.broken and written.lstrip("+-").isdecimal()):
                continue
            name = f"{section} {metric.name}" if section and metric.bare else metric.name
            row[name] = _value(metric, values)
        return row

    def _of_table(self, cells: Mapping[str, str]) -> dict[str, float]:
        row: dict[str, float] = {}
        words: dict[str, str] = {}
        for name, cell in cells.items():
            counter = counter_of(name)
            value = number(cell, counts=bool(counter))
            if value is not None:
                row[counter or name] = value
            elif cell:
                words[name] = cell
        return told(row, words)

    def _of_another_rank(self, line: str) -> bool:
        """Whether a line is of another process than the first that spoke: all of them log the same run."""
        if "ank" not in line and "orker" not in line and "RANK" not in line:
            return False
        found = RANK.search(line)
        if found is None:
            return False
        self._rank = self._rank or found[1]
        other = found[1] != self._rank
        self.skipped_ranks += other
        return other

    def _note_section(self, line: str) -> None:
        """Remember a heading, ``Validation:``, for the lines below it."""
        words = line.lower().split()
        if len(words) > 5:
            return
        bare = line.strip()
        if bare[-1] not in ":=-*#].…" and bare[0] not in "=-*#[":
            return
        self._section = next((word for word in re.findall(r"[a-z]+", bare.lower()) if word in CONTEXTS), self._section)

    @property
    def unknown(self) -> tuple[str, ...]:
        """Names of numbers beside a counter that say nothing to us."""
        return tuple(self._scanner.unknown)


def has_decimal_commas(text: str) -> bool:
    """Whether the numbers of a text are written with decimal commas."""
    signs = VALUE.findall(text)
    commas = signs.count(",")
    return commas > 2 and 2 * commas > len(signs)


def _measures(row: Mapping[str, float]) -> bool:
    """Whether a row holds more than counters."""
    return any(name not in ("epoch", "step", "batch", "it") for name in row)


def _same(last: Pending, state: Pending) -> bool:
    """Whether two states are of one bar: the same epoch and step, a count that has not fallen, the same side."""
    epoch = last.epoch == state.epoch or (math.isnan(last.epoch) and math.isnan(state.epoch))
    step = last.step == state.step or (math.isnan(last.step) and math.isnan(state.step))
    side = {says_split(name) for name in last.row} == {says_split(name) for name in state.row}
    shared = bool((last.row.keys() & state.row.keys()) - {"epoch", "step", "batch", "it"})
    return epoch and step and state.place >= last.place and (side or shared)


def _value(metric: Metric, values: list[str]) -> float:
    value = _float(values[metric.at])
    if metric.over >= 0 and values[metric.at].isdecimal() and values[metric.over].isdecimal():
        whole = _float(values[metric.over])
        return value / whole if whole else math.nan
    return value * metric.scale


def _float(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float(text.replace(",", ""))
