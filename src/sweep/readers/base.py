"""What readers give: one history per run, and one sentence per thing that could not be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sweep.curves import Curves

LARGEST = 512 * 2**20
"""Bytes beyond which a format that has to be read in one piece is refused: such a file is no log of one run."""

UTF_16 = (b"\xff\xfe", b"\xfe\xff")
"""How a text in UTF-16 begins, as Windows' PowerShell and spreadsheets write it."""
WAY_OUT = "--columns val_loss=NAME,train_loss=NAME,step=NAME"


@dataclass(frozen=True)
class History:
    """The curves of one run: ``source`` is where they were read, ``id`` which run of it this is,
    as the log itself has it.

    ``columns`` tells under which name the log keeps each series, by our name.
    """

    source: str
    id: str | int
    curves: Curves
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Problem:
    """One piece of a source that could not be read (a broken line); what follows it is read on."""

    source: str
    reason: str

    def __str__(self) -> str:
        return f"{self.source}: {self.reason}"


class UnreadableError(ValueError):
    """Nothing more can be read from a source; the message is the reason and the way out, without the source's name."""


class NoSeriesError(UnreadableError):
    """A file that can be read but holds nothing of a training run, such as a table of data."""


Columns = Mapping[str, str]
"""The user's own naming, ours to theirs: ``{"val_loss": "dev_nll", "step": "iter"}``."""

Read = Iterator[History | Problem]
Reader = Callable[[Path, str, Columns], Read]
"""``reader(path, id, columns)``; raises ``UnreadableError``."""


def small_enough(path: Path) -> None:
    """Raise ``UnreadableError`` where ``path`` is too large to be read in one piece."""
    size = path.stat().st_size
    if size > LARGEST:
        raise UnreadableError(
            f"{size / 2**30:.1f} GiB, and a log of one run is read up to {LARGEST // 2**20} MiB; "
            "write it as .jsonl with a history per line, or thin it out"
        )
