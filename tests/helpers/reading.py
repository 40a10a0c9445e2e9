"""Reading what is to hold exactly one history."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sweep.readers import History, histories


def only(path: Path, columns: Mapping[str, str] | None = None) -> History:
    """The one history at this path."""
    found = list(histories(str(path), columns or {}))
    assert len(found) == 1, found
    assert isinstance(found[0], History), found
    return found[0]
