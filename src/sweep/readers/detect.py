"""Which reader a file needs, by looking into it; its name is asked only where the content leaves it open."""

from __future__ import annotations

import json
from pathlib import Path

from sweep.readers import json_document, json_lines, sweep_csv, table, tensorboard, trainer_state, wandb_offline
from sweep.readers.base import UTF_16, Reader, UnreadableError

HEAD = 2**16
COMPRESSED = (b"\x1f\x8b", b"PK\x03\x04", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")


def reader(path: Path) -> Reader:
    """The reader for a file. Raises ``UnreadableError`` where it is empty, binary or nothing that is known."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if head.startswith(UTF_16):
        head = head.decode("utf-16", errors="replace").encode()
    if not head.strip():
        raise UnreadableError("is empty" if not head else "holds nothing but blanks")
    if head.startswith(wandb_offline.MAGIC):
        return wandb_offline.read
    if b"brain.Event:" in head[:64]:
        return tensorboard.read
    _refuse_binary(head, path)
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text[:1] in (b"{", b"["):
        return _json(path, text)
    first, second = table.opening(head.decode("utf-8-sig", errors="replace").splitlines())
    if path.name == sweep_csv.FILE and sweep_csv.HEADER.fullmatch(first):
        return sweep_csv.read
    if table.separator(first, second) or path.suffix.lower() in (".csv", ".tsv"):
        return table.read
    raise UnreadableError(
        "is no log that is known (JSON, JSONL, a table with named columns, TensorBoard events, a W&B run); "
        f"it begins with {first[:40]!r}"
    )


def _refuse_binary(head: bytes, path: Path) -> None:
    if head.startswith(b"SQLite format 3"):
        raise UnreadableError(
            f"is a database; for MLflow's runs: MLFLOW_TRACKING_URI=sqlite:///{path} "
            "python -m sweep.diagnose mlflow:experiment/NAME"
        )
    if head.startswith(COMPRESSED):
        raise UnreadableError("is compressed; unpack it first")
    if b"\0" in head:
        raise UnreadableError("is binary, and no log that is known")


def _json(path: Path, text: bytes) -> Reader:
    if path.name == "trainer_state.json":
        return trainer_state.read
    if path.suffix.lower() in (".jsonl", ".ndjson"):
        return json_lines.read
    line, more, rest = text.partition(b"\n")
    if not more:
        return json_document.read if len(text) < HEAD - 3 or path.suffix.lower() == ".json" else json_lines.read
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return json_document.read
    return json_lines.read if rest.strip() else json_document.read
