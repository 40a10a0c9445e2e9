"""The worker's side of a local trial: one process, one trial, and its end when the coordinator ends."""

from __future__ import annotations

import faulthandler
import os
import pickle
import signal
import sys
import threading
import traceback
from multiprocessing import parent_process
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from sweep.executors.base import Outcome, Report, failure, run_trial
from sweep.files import lock

LOG = "log.txt"
INTERRUPTED = 130


def work(parcel: bytes, directory: Path, pipe: Connection, environ: dict[str, str]) -> None:
    """Run the pickled (objective, job) and send the outcome; stdout and stderr go to the trial's `log.txt`."""
    # First the lock, then the check of the coordinator: a later coordinator waits for every worker that holds its lock,
    # and a worker that locks too late for that finds the old coordinator gone.
    lock.worker(directory.parent)
    if _orphaned(0):
        os._exit(1)
    threading.Thread(target=_exit_with_coordinator, daemon=True, name="coordinator-watch").start()
    os.environ.clear()
    os.environ.update(environ)
    _redirect(directory / LOG)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    try:
        pipe.send(_run(parcel, directory, pipe))
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except (BrokenPipeError, EOFError):
        os._exit(1)


def _run(parcel: bytes, directory: Path, pipe: Connection) -> Outcome:
    try:
        objective, job = pickle.loads(parcel)
    except Exception as error:  # a module that can't be imported here is the trial's failure, whatever it raises
        return failure(directory, f"{type(error).__name__}: {error}", traceback.format_exc())

    def send(report: Report) -> bool:
        try:
            pipe.send(report)
            return bool(pipe.recv())
        except (BrokenPipeError, EOFError, ConnectionResetError):
            os._exit(1)

    return run_trial(objective, job, send)


def _interrupt(number: int, frame: Any) -> None:
    # Only once: a second signal (the terminal's, then the coordinator's) must not cut off the closing of open runs.
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_IGN)
    raise KeyboardInterrupt


def _orphaned(timeout: float | None) -> bool:
    """Whether the coordinator ends within `timeout` seconds; None waits for it."""
    parent = parent_process()
    return parent is None or bool(wait([parent.sentinel], timeout))


def _exit_with_coordinator() -> None:
    _orphaned(None)
    os._exit(1)


def _redirect(path: Path) -> None:
    log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
    sys.stdout.flush()
    sys.stderr.flush()
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)
    faulthandler.enable()
