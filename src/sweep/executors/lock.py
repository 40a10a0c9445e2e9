"""File locks that die with their process, so that a killed sweep leaves nothing to clean up."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sweep.errors import StudyError

COORDINATOR = ".lock"
WORKERS = ".workers"


@contextmanager
def coordinator(directory: Path, patience: float = 30.0) -> Iterator[None]:
    """Hold a study's folder for this process alone.

    Workers of a killed coordinator need a moment to notice: wait for them up to `patience` seconds.
    Raises `StudyError` where another process holds the study.
    """
    with _opened(directory / COORDINATOR) as fd:
        if not _try(fd, fcntl.LOCK_EX):
            raise StudyError(
                "study.name", f"{directory.name!r} is being run by another process: wait, or stop that one"
            )
        with _opened(directory / WORKERS) as workers:
            deadline = time.monotonic() + patience
            while not _try(workers, fcntl.LOCK_EX):
                if time.monotonic() > deadline:
                    raise StudyError(
                        "study.name", f"workers of an earlier run of {directory.name!r} are still alive: end them first"
                    )
                time.sleep(0.02)
        yield


def worker(directory: Path) -> int:
    """Mark this process as a worker of the study in `directory` until it ends; returns the descriptor held."""
    fd = os.open(directory / WORKERS, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    fcntl.flock(fd, fcntl.LOCK_SH)
    return fd


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        yield fd
    finally:
        os.close(fd)


def _try(fd: int, kind: int) -> bool:
    try:
        fcntl.flock(fd, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
