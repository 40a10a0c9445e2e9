"""What readers give, and what a reader is: one history per run, one sentence per thing that could not be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sweep.curves import Curves

UTF_16 = (b"\xff\xfe", b"\xfe\xff")
"""How a text in UTF-16 begins, as Windows' PowerShell and spreadsheets write it."""
WAY_OUT = "--columns val_loss=NAME,train_loss=NAME,step=NAME"


@dataclass(frozen=True)
class History:
    """The curves of one run, and how its log was understood.

    Args:
        source: where the run was read, as the user named it.
        id: which run of the source this is, as the log itself has it.
        curves: the series under the names of ``sweep.curves``.
        columns: the name in the log of each series, by our name.
        passed_over: names in the log that carry numbers and became no series.
        notes: what was guessed or decided while reading, a sentence each.
        part: which part of its loss stands for the loss, where the log has no total.
        parts: other readings of the same run, one for each further part of its loss, by the part's name.
        facts: what a tracker holds of the run beside its curves, by the tracker's names: parameters, tags, status.
    """

    source: str
    id: str | int
    curves: Curves
    columns: Mapping[str, str] = field(default_factory=dict)
    passed_over: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    part: str = ""
    parts: Mapping[str, History] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def points(self) -> dict[str, int]:
        """How many points each series has."""
        return {name: len(self.curves[name]) for name in self.curves}


@dataclass(frozen=True)
class Problem:
    """One piece of a source that could not be read (a broken line); what follows it is read on."""

    source: str
    reason: str

    def __str__(self) -> str:
        return f"{self.source}: {self.reason}"


@dataclass(frozen=True)
class Note(Problem):
    """What a folder holds beside its logs: worth a line, and no fault."""


class UnreadableError(ValueError):
    """Nothing more can be read from a source; the message is the reason and the way out, without the source's name."""


class NoSeriesError(UnreadableError):
    """A file that can be read but holds nothing of a training run, such as a table of data."""


Columns = Mapping[str, str]
"""The user's own naming, ours to theirs: ``{"val_loss": "dev_nll", "step": "iter"}``."""

Read = Iterator[History | Problem]


@dataclass(frozen=True)
class Head:
    """The beginning of a file, from which its reader is chosen.

    Args:
        path: the file.
        data: its first bytes, at most 64 KiB.
        text: the same as text, without a byte order mark; "" where they are no text.
        whole: whether ``data`` is all of the file.
    """

    path: Path
    data: bytes
    text: str
    whole: bool


@dataclass(frozen=True)
class Reader:
    """One log format.

    Args:
        name: what the format is called in messages.
        sniff: whether a file that begins so is of this format.
        read: ``read(path, id, columns)`` yields its histories and problems; raises ``UnreadableError``.
        find: ``find(folder, names)`` gives the log to read where the folder is one run of this format, else ``None``.
    """

    name: str
    sniff: Callable[[Head], bool]
    read: Callable[[Path, str, Columns], Read]
    find: Callable[[Path, frozenset[str]], Path | None] | None = None
