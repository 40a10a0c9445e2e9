"""The coordinator's side of a local trial: its process, the pipe to it, and how it ended."""

from __future__ import annotations

import os
import pickle
import signal
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Final

from sweep.executors.base import Objective, OnReport, Outcome, TrialJob, WorkerDied
from sweep.executors.local.slots import Slot
from sweep.executors.local.worker import LOG, work

START_METHOD: Final = "forkserver"
EXIT_GRACE_S = 10.0  # a process that has sent its outcome may take so long to end
SERVER_LOST = 255  # the exit code that multiprocessing reports where the fork server is gone
LOG_CHARACTERS = 4000


@dataclass
class TrialProcess:
    """One running trial. `result` is the outcome once it was received, `result_at` the monotonic time of that."""

    job: TrialJob
    slot: Slot
    process: BaseProcess
    pipe: Connection
    pipe_closed: bool = False
    result: Outcome | None = None
    result_at: float = 0.0

    @classmethod
    def start(cls, objective: Objective, job: TrialJob, slot: Slot, environ: Mapping[str, str]) -> TrialProcess:
        """Fork a process for the job."""
        context = get_context(START_METHOD)
        here, there = context.Pipe()
        parcel = pickle.dumps((objective, job))
        process = context.Process(
            target=work, args=(parcel, job.directory, there, dict(environ)), name=f"trial-{job.number}"
        )
        process.start()
        there.close()
        return cls(job, slot, process, here)

    def sources(self) -> Iterator[Connection | int]:
        """What to wait for: the process's end, and messages while the pipe is open."""
        yield self.process.sentinel
        if not self.pipe_closed:
            yield self.pipe

    def listen(self, ready: Collection[Any], on_report: OnReport) -> None:
        """Take a message that is ready; end a process that has sent its outcome and does not end by itself."""
        if self.pipe in ready and not self.pipe_closed:
            self._receive(on_report)
        if self.result is not None and time.monotonic() - self.result_at > EXIT_GRACE_S:
            self.process.kill()

    def has_ended(self, ready: Collection[Any]) -> bool:
        """Whether the process has ended."""
        return self.process.sentinel in ready

    def outcome(self, on_report: OnReport) -> Outcome | WorkerDied:
        """The outcome of a process that has ended: the one that it sent, else why it died."""
        while not self.pipe_closed and self.pipe.poll():
            self._receive(on_report)
        self.process.join()
        self.pipe.close()
        code = self.process.exitcode or 0
        if code == SERVER_LOST and self.process.pid:
            with suppress(ProcessLookupError):  # without the server nobody knows whether the process still runs
                os.kill(self.process.pid, signal.SIGKILL)
        self.process.close()
        return self.result or WorkerDied(_reason(code), _tail(self.job.directory / LOG))

    def _receive(self, on_report: OnReport) -> None:
        try:
            message = self.pipe.recv()
        except (EOFError, OSError):
            self.pipe_closed = True
            return
        if isinstance(message, Outcome):
            self.result = message
            self.result_at = time.monotonic()
            return
        answer = on_report(self.job, message)
        with suppress(OSError):  # the process died meanwhile, which its sentinel shows
            self.pipe.send(answer)


def terminate_all(workers: Sequence[TrialProcess], grace: float) -> None:
    """End processes: by SIGTERM, which lets them close what they have open, and after `grace` seconds by SIGKILL."""
    deadline = time.monotonic() + grace
    living = list(workers)
    try:
        while living and time.monotonic() < deadline:
            for worker in living:
                worker.process.terminate()  # repeated: a process that has just started may have missed the first
            wait([worker.process.sentinel for worker in living], 1.0)
            living = [worker for worker in living if worker.process.is_alive()]
    finally:  # reached by a second Ctrl-C as well
        for worker in workers:
            worker.process.kill()
        for worker in workers:
            worker.process.join()


def _reason(code: int) -> str:
    if code >= 0:
        return f"the worker ended with status {code} and without a result"
    name = signal.Signals(-code).name
    hint = " (out of memory, or ended by another program)" if name == "SIGKILL" else ""
    return f"the worker was killed by {name}{hint}"


def _tail(path: Path) -> str:
    if not path.is_file():
        return ""
    return path.read_text(encoding="utf-8", errors="replace")[-LOG_CHARACTERS:]
