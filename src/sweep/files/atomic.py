"""Atomic writes: a file is there whole or not at all, whenever the process is killed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a draft beside `path` to write to, and move it to `path` where the block ends without an exception."""
    draft = path.with_name(f"{path.name}.part")
    yield draft
    draft.replace(path)


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text."""
    with replacing(path) as draft:
        draft.write_text(text, encoding="utf-8")


def write_json(path: Path, value: Any) -> None:
    """Write JSON with an indentation of two. Raises `ValueError` for NaN and infinities, which JSON does not have."""
    write_text(path, json.dumps(value, indent=2, allow_nan=False) + "\n")
