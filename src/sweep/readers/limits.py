"""How much of a file is taken into memory at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from sweep.readers.base import UnreadableError

LARGEST = 512 * 2**20
"""Bytes beyond which a format that has to be read in one piece is refused: such a file is no log of one run."""
LONGEST_ROW = 2**20
"""Characters of the longest line of a table."""


def small_enough(path: Path) -> None:
    """Raise ``UnreadableError`` where ``path`` is too large to be read in one piece."""
    size = path.stat().st_size
    if size > LARGEST:
        raise UnreadableError(
            f"{size / 2**30:.1f} GiB, and a log of one run is read up to {LARGEST // 2**20} MiB; "
            "write it as .jsonl with a history per line, or thin it out"
        )


def bounded_lines(file: TextIO) -> Iterator[str]:
    """The lines of a table. Raises ``UnreadableError`` at one that no row of a log is as long as."""
    number = 0
    while line := file.readline(LONGEST_ROW + 1):
        number += 1
        if len(line) > LONGEST_ROW:
            raise UnreadableError(f"line {number} is longer than {LONGEST_ROW:,} characters, as no row of a log is")
        yield line
