"""A JSON file in one piece, and what is to be said where it is none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sweep.readers.base import UnreadableError, small_enough


def load(path: Path) -> Any:
    """The JSON value in ``path``. Raises ``UnreadableError``, which says where the file breaks off."""
    small_enough(path)
    try:
        return json.loads(path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
    except json.JSONDecodeError as error:
        cut = error.pos >= len(error.doc.rstrip()) or error.msg.startswith("Unterminated")
        why = "breaks off" if cut else "is no JSON"
        raise UnreadableError(
            f"{why} at line {error.lineno}, column {error.colno} ({error.msg}); "
            "a run that was killed while saving leaves such a file, its last checkpoint may hold a whole one"
        ) from error
    except UnicodeDecodeError as error:
        raise UnreadableError(f"is no text: byte {error.start} is not UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"is no JSON that can be read: {error}") from error
