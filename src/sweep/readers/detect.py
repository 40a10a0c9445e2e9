"""Which reader a file needs, by looking into it; its name is asked only where the content leaves it open."""

from __future__ import annotations

from pathlib import Path

from sweep.readers import (
    headerless,
    json_document,
    json_lines,
    sweep_csv,
    table,
    tensorboard,
    trackio,
    trainer_state,
    wandb_offline,
)
from sweep.readers.base import Head, Reader, UnreadableError
from sweep.readers.sqlite_file import MAGIC
from sweep.readers.text import reader as text
from sweep.readers.text.lines import decoder_for

READERS: list[Reader] = [
    sweep_csv.READER,
    wandb_offline.READER,
    tensorboard.READER,
    trackio.READER,
    trainer_state.READER,
    json_lines.READER,
    json_document.READER,
    headerless.READER,
    table.READER,
    text.READER,
]
"""Every format, in the order in which they are tried; the first that knows a file reads it."""

HEAD = 2**16
COMPRESSED = (b"\x1f\x8b", b"PK\x03\x04", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")
CONTROL = bytes(set(range(32)) - set(b"\t\n\r\x0b\x0c\x08\x1b\x07\0"))
"""Bytes that no text holds, beside those of layout, colours and padding."""


def register(reader: Reader) -> None:
    """Add a format; it is tried before all that are known. Raises ``ValueError`` where its name is taken."""
    if any(known.name == reader.name for known in READERS):
        raise ValueError(f"a reader named {reader.name!r} is there already; give yours a name of its own")
    READERS.insert(0, reader)


def unregister(name: str) -> None:
    """Take out the reader of this name, if there is one."""
    READERS[:] = [reader for reader in READERS if reader.name != name]


def head_of(path: Path) -> Head:
    """The beginning of a file."""
    with path.open("rb") as file:
        data = file.read(HEAD)
    shown = "" if _is_binary(data) else decoder_for(data).decode(data).replace("\0", "") if data else ""
    return Head(path, data, shown, len(data) < HEAD)


def reader(path: Path) -> Reader:
    """The reader for a file. Raises ``UnreadableError`` where it is empty, binary or nothing that is known."""
    head = head_of(path)
    if not head.data.strip():
        raise UnreadableError("is empty" if not head.data else "holds nothing but blanks")
    for known in READERS:
        if known.sniff(head):
            return known
    raise UnreadableError(_refusal(head))


def _is_binary(data: bytes) -> bool:
    """Whether these bytes are no text: many of them are zero, and not every second one, or control something."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    zeros = data.count(0)
    wide = zeros > 0.4 * len(data) and 0 in (data[::2].count(0), data[1::2].count(0))
    if wide:
        return False
    return zeros > 0.3 * len(data) or len(data) - len(data.translate(None, CONTROL)) > 0.02 * len(data)


def _refusal(head: Head) -> str:
    if head.data.startswith(MAGIC):
        return (
            f"is a database; for MLflow's runs: MLFLOW_TRACKING_URI=sqlite:///{head.path} "
            "python -m sweep.diagnose mlflow:experiment/NAME"
        )
    if head.data.startswith(COMPRESSED):
        return "is compressed; unpack it first"
    if not head.text:
        return "is binary, and no log that is known"
    return "holds nothing but blanks"
