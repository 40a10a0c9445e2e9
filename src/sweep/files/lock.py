"""Locks of a study's folder: one coordinator at a time, and none while workers of an earlier one still live.

The operating system releases a lock when its process ends, so that a killed study leaves nothing to clean up. Every
worker holds a file of its own: filelock has no shared lock that survives the death of one of several holders.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from filelock import FileLock, Timeout

from sweep.errors import ConfigError

COORDINATOR = ".lock"
WORKERS = ".worker-locks"
_held: list[FileLock] = []  # a lock is released where its object is collected


@contextmanager
def coordinator(directory: Path, patience: float = 30.0) -> Iterator[None]:
    """Hold a study's folder for this process alone.

    Workers of a killed coordinator need a moment to notice its death: wait for them up to `patience` seconds.

    Raises:
        ConfigError: Another process holds the study, or such workers are still alive.
    """
    lock = FileLock(directory / COORDINATOR)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        message = f"{directory.name!r} is being run by another process: wait for it to end, or stop it"
        raise ConfigError("study.name", message) from None
    try:
        _await_workers(directory, patience)
        yield
    finally:
        for path in _worker_locks(directory):
            _remove_if_free(path, timeout=0)
        lock.release()


def worker(directory: Path) -> FileLock:
    """Mark this process as a worker of the study in `directory`, until it ends or releases the lock."""
    folder = directory / WORKERS
    folder.mkdir(exist_ok=True)
    lock = FileLock(folder / f"{uuid4().hex}.lock")
    lock.acquire()
    _held.append(lock)
    return lock


def _await_workers(directory: Path, patience: float) -> None:
    deadline = time.monotonic() + patience
    for path in _worker_locks(directory):
        if not _remove_if_free(path, timeout=max(0.0, deadline - time.monotonic())):
            message = f"workers of an earlier run of {directory.name!r} are still alive: end them first"
            raise ConfigError("study.name", message)


def _worker_locks(directory: Path) -> list[Path]:
    return list((directory / WORKERS).glob("*.lock"))


def _remove_if_free(path: Path, timeout: float) -> bool:
    """Remove a lock file once nobody holds it; whether that happened within `timeout` seconds."""
    lock = FileLock(path)
    try:
        lock.acquire(timeout=timeout)
    except Timeout:
        return False
    lock.release()
    path.unlink(missing_ok=True)
    return True
