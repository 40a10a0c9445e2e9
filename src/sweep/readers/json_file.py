"""A JSON file in one piece, and what is to be said where it is none."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from sweep.readers.base import Head, UnreadableError
from sweep.readers.limits import small_enough

MADE = 600 * 2**20
"""Bytes of Python objects that a text in JSON may become."""
SMALL = 2**20
"""Bytes of a text that needs no look."""
COSTS = {b"{": 200, b"[": 80, b",": 34}
"""Bytes that an object, a list, an element of one take up in CPython, about."""
OPENING = re.compile(r"\s*(?:\{\s*(?:[\"}]|$)|\[\s*(?:\{|$))")
OPENING_NAMED = re.compile(r"\s*[\[{]")


class NotJsonError(UnreadableError):
    """A text that only begins as JSON does."""


def opens(head: Head) -> bool:
    """Whether a file begins as JSON does: not as ``{'loss': 1}`` or ``[1/10] loss 1``, unless its name says so."""
    named = head.path.suffix.lower() == ".json"
    if named and head.text.lstrip()[:2] in ("{'", "{}"):
        named = False
    return (OPENING_NAMED if named else OPENING).match(head.text) is not None


def load(path: Path) -> Any:
    """The JSON value in ``path``. Raises ``UnreadableError``, which says where the file breaks off."""
    small_enough(path)
    data = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    affordable(data)
    try:
        return json.loads(data)
    except json.JSONDecodeError as error:
        cut = error.pos >= len(error.doc.rstrip()) or error.msg.startswith("Unterminated")
        where = f"line {error.lineno}, column {error.colno} ({error.msg})"
        if cut:
            raise UnreadableError(
                f"breaks off at {where}; a run that was killed while saving leaves such a file, "
                "its last checkpoint may hold a whole one"
            ) from error
        raise NotJsonError(f"begins as JSON and is none at {where}") from error
    except UnicodeDecodeError as error:
        raise UnreadableError(f"is no text: byte {error.start} is not UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"is no JSON that can be read: {error}") from error


def affordable(text: bytes | str) -> None:
    """Raise ``UnreadableError`` where the objects that a text in JSON describes would fill the memory."""
    if len(text) < SMALL:
        return
    data = text.encode() if isinstance(text, str) else text
    made = 2 * len(data) + sum(cost * data.count(sign) for sign, cost in COSTS.items())
    if made > MADE:
        raise UnreadableError(
            f"describes about {made / 2**30:.1f} GiB of objects, and {MADE // 2**20} MiB are read; "
            "write it as .jsonl with a history per line, or thin it out"
        )
