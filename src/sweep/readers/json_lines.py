"""Lines of JSON: a history per line, or (a W&B history, a log of events) the rows of one history."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path
from typing import Any

from sweep.readers import columnar, row_log
from sweep.readers.base import (
    UTF_16,
    WAY_OUT,
    Columns,
    Head,
    History,
    NoSeriesError,
    Problem,
    Read,
    Reader,
    UnreadableError,
)
from sweep.readers.column_names import parse
from sweep.readers.json_file import affordable
from sweep.readers.row_histories import histories_of

MOST = 20
"""Broken lines that are named one by one."""
PATIENCE = 1000
"""Rows without a single known name after which a file is no log."""
LONGEST = 64 * 2**20
"""Bytes of the longest line that is read."""
SUFFIXES = (".jsonl", ".ndjson")


def sniff(head: Head) -> bool:
    """Whether the first line is a whole JSON object, and most of those behind it begin as one."""
    text = head.text.lstrip()
    if head.path.suffix.lower() in SUFFIXES:
        return text[:1] in ("{", "[") and text[:2] != "{'"
    if not text.startswith("{"):
        return False
    first, more, rest = text.partition("\n")
    if not more:
        return not head.whole and head.path.suffix.lower() != ".json"
    try:
        json.loads(first)
    except (ValueError, RecursionError):
        return False
    others = [line for line in rest.splitlines()[:10] if line.strip()]
    return 2 * sum(line.lstrip().startswith("{") for line in others) >= len(others) > 0


def read(path: Path, name: str, columns: Columns) -> Read:
    """The histories in the file, one line in memory at a time; a line that is broken is a ``Problem``.

    The first line with a series tells which of the two kinds of file this is. Raises ``UnreadableError`` where the
    first lines show that it is neither.
    """
    gatherer = _Gatherer(path, columns)
    with path.open("rb") as file, io.TextIOWrapper(file, encoding="utf-16", errors="replace") as wide:
        for number, line in _lines(wide if file.peek(2)[:2] in UTF_16 else file):
            found = gatherer.take(number, line)
            if found is not None:
                yield found
    if gatherer.broken > MOST:
        yield Problem(str(path), f"{gatherer.broken - MOST} more lines that could not be read")
    if gatherer.rows.count and not gatherer.whole:
        yield from histories_of(gatherer.rows, str(path), name, columns)
    elif not gatherer.whole and not gatherer.broken:
        raise UnreadableError("holds nothing but blank lines")


class _Gatherer:
    """Takes the lines of a file: each a history, or all of them the ``rows`` of one.

    ``whole`` counts the histories, ``broken`` the lines that could not be read.
    """

    def __init__(self, path: Path, columns: Columns) -> None:
        self.rows = row_log.Rows()
        self.whole = 0
        self.broken = 0
        self._path = path
        self._columns = columns
        self._known = False

    def take(self, number: int, line: str | bytes) -> History | Problem | None:
        """The history or the problem of a line; ``None`` for a row. Raises ``UnreadableError``."""
        try:
            value = self._value(line)
            if self.whole or (not self._known and columnar.is_history(value, self._columns)):
                found = columnar.history(value, str(self._path), str(number), self._columns)
                self.whole += 1
                return found
            self.rows.add(row_log.row(value))
        except (ValueError, RecursionError) as error:
            return self._problem(number, error)
        self._known = self._known or any(map(parse, self.rows.names))
        if self.rows.count == PATIENCE and not self._columns and not self._known:
            raise NoSeriesError(f"no loss or accuracy in {PATIENCE} lines; name them: {WAY_OUT}")
        return None

    def _value(self, line: str | bytes) -> dict[str, Any]:
        affordable(line)
        value = json.loads(line)
        if not isinstance(value, dict):
            raise UnreadableError(f"a {type(value).__name__}, where an object is expected")
        return value

    def _problem(self, number: int, error: Exception) -> Problem | None:
        """What to say of a broken line; ``None`` behind the first of them."""
        self.broken += 1
        if self.broken == MOST and not self.whole and not self.rows.count:
            raise UnreadableError(f"none of its first {MOST} lines can be read") from error
        return Problem(f"{self._path}:{number}", _why(error)) if self.broken <= MOST else None


def _why(error: Exception) -> str:
    if isinstance(error, UnreadableError):
        return str(error)
    return f"this line is no JSON, and is left out ({str(error).splitlines()[0][:120]})"


def _lines(file: BufferedReader | io.TextIOWrapper) -> Iterator[tuple[int, str | bytes]]:
    number = 0
    while line := file.readline(LONGEST + 1):
        number += 1
        if len(line) > LONGEST:
            raise UnreadableError(
                f"line {number} is longer than {LONGEST // 2**20} MiB; a history per line is expected"
            )
        if number == 1 and isinstance(line, bytes):
            line = line.removeprefix(b"\xef\xbb\xbf")
        if not line.isspace():
            yield number, line


READER = Reader("JSON lines", sniff, read)
