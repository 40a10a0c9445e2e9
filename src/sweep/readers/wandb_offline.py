"""W&B offline runs, ``run-ID.wandb``: records in W&B's own protocol buffers, framed as in LevelDB's log files.

The frame (github.com/google/leveldb, doc/log_format.md): blocks of 32 KiB, in each chunks of a CRC, a length and a
type; a record that does not fit goes on in the next block. W&B puts 7 bytes in front of the first.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from sweep.readers.base import Columns, Head, Read, Reader, UnreadableError
from sweep.readers.json_file import affordable
from sweep.readers.row_histories import histories_of
from sweep.readers.row_log import Rows, numbers

MAGIC = b":W&B"
SUFFIX = ".wandb"
BLOCK = 32768
HEAD = 7
FULL, FIRST, MIDDLE, LAST = 1, 2, 3, 4


def sniff(head: Head) -> bool:
    """Whether the file begins with W&B's mark."""
    return head.data.startswith(MAGIC)


def find(folder: Path, names: frozenset[str]) -> Path | None:
    """The run in a folder ``offline-run-...``."""
    packed = sorted(name for name in names if name.endswith(SUFFIX))
    return folder / packed[0] if packed else None


def read(path: Path, name: str, columns: Columns) -> Read:
    """The history of one run; its id is W&B's. A tail that was never written whole is left out."""
    try:
        from wandb.proto.wandb_internal_pb2 import Record
    except ImportError as error:
        raise UnreadableError("a W&B run, and wandb is not installed: pip install wandb") from error
    rows = Rows()
    with path.open("rb") as file:
        if file.read(HEAD)[:4] != MAGIC:
            raise UnreadableError("is no W&B run: its first bytes are not :W&B")
        for packed in records(file):
            record = Record.FromString(packed)
            if record.HasField("run"):
                name = record.run.run_id or name
            elif record.HasField("history"):
                rows.add(_row(record.history))
    if not rows.count:
        raise UnreadableError("a W&B run that logged no history")
    yield from histories_of(rows, str(path), name, columns)


def _row(history: Any) -> dict[str, float]:
    """The numbers of one call of ``log``."""
    row: dict[str, Any] = {}
    for item in history.item:
        affordable(item.value_json)
        row["/".join(item.nested_key) or item.key] = json.loads(item.value_json)
    row.setdefault("_step", history.step.num)
    return dict(numbers(row))


def records(file: BinaryIO) -> Iterator[bytes]:
    """The payload of each record, from behind the file's header; ends at the first that is damaged."""
    at = HEAD
    parts: list[bytes] = []
    while True:
        left = BLOCK - at % BLOCK
        if left < HEAD:
            file.read(left)
            at += left
            continue
        head = file.read(HEAD)
        if len(head) < HEAD:
            return
        crc, length, kind = struct.unpack("<IHB", head)
        body = file.read(length)
        at += HEAD + length
        if len(body) < length or kind not in (FULL, FIRST, MIDDLE, LAST) or zlib.crc32(bytes([kind]) + body) != crc:
            return
        if kind in (FULL, FIRST):
            parts = []
        parts.append(body)
        if kind in (FULL, LAST):
            yield b"".join(parts)


READER = Reader("W&B", sniff, read, find)
