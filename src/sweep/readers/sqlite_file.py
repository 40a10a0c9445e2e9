"""Somebody else's SQLite database, opened so that nothing in it or beside it changes, and no query runs for ever."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MAGIC = b"SQLite format 3\0"
LONGEST = 2**24
"""Bytes of the longest cell that is read."""
OPERATIONS = 10**6
MOST = 2000
"""Millions of the database engine's operations after which reading is given up."""


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that reads only. Raises ``sqlite3.Error``."""
    # A database without a write-ahead log can be read as it stands; with one, its newest rows are there.
    frozen = "" if path.with_name(f"{path.name}-wal").exists() else "&immutable=1"
    database = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro{frozen}", uri=True)
    left = [MOST]

    def expired() -> bool:
        left[0] -= 1
        return left[0] < 0

    try:
        database.execute("PRAGMA trusted_schema = OFF")
        database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST)
        database.set_progress_handler(expired, OPERATIONS)
        yield database
    finally:
        database.close()


def columns(database: sqlite3.Connection, table: str) -> set[str]:
    """The columns of a table, empty where it is none (a view may compute without end)."""
    real = database.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (table,)).fetchone()
    if real is None:
        return set()
    return {str(row[1]) for row in database.execute("SELECT * FROM pragma_table_info(?)", (table,))}
