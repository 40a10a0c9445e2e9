"""The reader of console output, notebooks, model cards: any text that holds a training log."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sweep.readers.base import WAY_OUT, Columns, Head, History, NoSeriesError, Read, Reader
from sweep.readers.clock import find
from sweep.readers.column_mapping import JUDGED
from sweep.readers.column_names import is_clock, measures
from sweep.readers.row_histories import histories_of
from sweep.readers.row_log import Rows
from sweep.readers.text.lines import lines
from sweep.readers.text.log import TextLog, has_decimal_commas

HEAD = 2**16
CHECKED = 2**14
"""Lines between two looks at whether this can be a log at all."""
PATIENCE = 5_000_000
"""Lines without a single metric after which a text is no log."""
FEWEST = 2
"""Points of a loss or an accuracy that make a log, where its lines have a clock."""
FEWEST_AMONG_OTHERS = 3
"""The same, where most of the text is something else."""
FEWEST_UNCOUNTED = 5
"""The same, where no line counts."""
UNORDERED = 0.3
"""Share of points at which the clock may fall back, in a log that is not written backwards altogether."""
CODE_LINES = 3
"""Lines of a program beside which numbers are settings, where they are more than those of a log."""
SHARE = 0.5
"""Share of the lines that have to be of a log where so few points, or no clock, say that it is one."""
EXPECTED = (
    "holds no training log: expected were numbers named as a loss or an accuracy beside a step or an epoch, such as "
    "'epoch 3: train_loss=0.41, val_loss=0.52' in several lines, or a table with such columns; "
    f"if its names are others: {WAY_OUT}"
)


def read(path: Path, name: str, columns: Columns) -> Read:
    """The runs in a text. Raises ``UnreadableError`` where there is none."""
    with path.open("rb") as file:
        start = file.read(HEAD)
        file.seek(0)
        log = TextLog(columns, has_decimal_commas(start.decode("utf-8", errors="replace")))
        for line, overwritten in lines(file):
            log.feed(line, overwritten)
            if not log.lines % CHECKED and (log.is_prose or (log.lines >= PATIENCE and not log.records)):
                raise NoSeriesError(_refusal(log))
    log.close()
    yield from histories(log, str(path), name, columns)


def histories(log: TextLog, source: str, name: str, columns: Columns) -> Read:
    """The runs that a text's rows make up. Raises ``UnreadableError`` where they are too few to be a log."""
    rows = _fuller(log, columns)
    if not log.records or not _size(rows, columns):
        raise NoSeriesError(_refusal(log))
    if not columns and UNORDERED < find(rows, columns).disorder < 1:
        raise NoSeriesError(_refusal(log))
    found = list(histories_of(rows, source, name, columns, _notes(log)))
    counted = any(is_clock(counter) and rows.size(counter) > 1 for counter in rows.names)
    if not columns and not any(_is_a_log(log, history, counted) for history in found):
        raise NoSeriesError(EXPECTED)
    for history in found:
        yield replace(history, passed_over=(*history.passed_over, *log.unknown))


def _fuller(log: TextLog, columns: Columns) -> Rows:
    """The last state of each bar; all of them where the text is a single bar."""
    few = _size(log.rows, columns) < FEWEST_AMONG_OTHERS
    return log.states if few and _size(log.states, columns) >= FEWEST_AMONG_OTHERS else log.rows


def _size(rows: Rows, columns: Columns) -> int:
    """Points of the longest series that has a name."""
    return max((rows.size(name) for name in rows.names if name in columns.values() or measures(name)), default=0)


def _is_a_log(log: TextLog, history: History, counted: bool) -> bool:
    """Whether this many points make a log, rather than a sentence or a line of code."""
    points = max((count for name, count in history.points.items() if name in JUDGED), default=0)
    share = log.records / log.filled
    if log.code > CODE_LINES and log.code > log.records:
        return False
    if not counted:
        return points >= FEWEST_UNCOUNTED and share >= SHARE
    return points >= (FEWEST if share >= SHARE else FEWEST_AMONG_OTHERS)


def _notes(log: TextLog) -> list[str]:
    if not log.skipped_ranks:
        return []
    return [f"{log.skipped_ranks} lines of other processes than the first are left out"]


def _refusal(log: TextLog) -> str:
    if not log.unknown:
        return EXPECTED
    return f"{EXPECTED} (it has numbers named {', '.join(log.unknown[:6])})"


def sniff(head: Head) -> bool:
    """Any text."""
    return bool(head.text.strip())


READER = Reader("text", sniff, read)
