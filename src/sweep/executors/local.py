"""Trials side by side on this machine, each in a fresh process out of a preloaded fork server.

A fresh process costs some milliseconds, since the server has imported the heavy modules once; a crash in it is its own.
"""

from __future__ import annotations

import os
import pickle
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing import forkserver, get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from sweep.executors.base import Death, Finish, Hear, Job, Objective, Outcome, Take
from sweep.executors.slots import Slot, slots
from sweep.executors.worker import LOG, work

ONE_THREAD = (
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "RAYON_NUM_THREADS",
)
SERVER = "sweep.executors.server"
LINGER = 10.0
LOST = 255


@dataclass
class _Worker:
    job: Job
    slot: Slot
    process: BaseProcess
    pipe: Connection
    outcome: Outcome | None = None
    told_at: float = 0.0
    hung_up: bool = False


@dataclass(frozen=True)
class Local:
    """`workers` slots (None: as many as cores, or as the GPUs hold), `gpus_per_trial` of a GPU each, one thread each.

    `preload` names the modules that the fork server imports before the first trial. On Ctrl-C or SIGTERM the workers
    get KeyboardInterrupt and `grace` seconds to close what they have open.
    """

    workers: int | None = None
    gpus_per_trial: float = 0.0
    preload: Sequence[str] = ()
    grace: float = 20.0
    environ: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        slots(self.workers, self.gpus_per_trial)  # refused here, before a study is begun

    def warm_up(self) -> None:
        """Start the fork server, which goes on importing by itself."""
        context = get_context("forkserver")
        context.set_forkserver_preload([SERVER, *self.preload])
        with _environment(dict.fromkeys(ONE_THREAD, "1")):
            forkserver.ensure_running()

    def run(self, objective: Objective, take: Take, report: Hear, finish: Finish) -> None:
        """See `Executor.run`."""
        free = slots(self.workers, self.gpus_per_trial)
        self.warm_up()
        crew: list[_Worker] = []
        with _interrupts() as interrupted:
            try:
                while True:
                    while free and (job := take()) is not None:
                        crew.append(self._start(objective, job, free.pop(0)))
                    if not crew:
                        return
                    patience = LINGER if any(w.outcome for w in crew) else None
                    ready = set(wait([interrupted, *_sources(crew)], patience))
                    if interrupted in ready:
                        raise KeyboardInterrupt
                    for worker in list(crew):
                        if worker.pipe in ready and not worker.hung_up:
                            _listen(worker, report)
                        if worker.outcome and time.monotonic() - worker.told_at > LINGER:
                            worker.process.kill()  # it has told its result, and can't end
                        if worker.process.sentinel in ready:
                            while not worker.hung_up and worker.pipe.poll():
                                _listen(worker, report)
                            crew.remove(worker)
                            free.append(worker.slot)
                            finish(worker.job, _end(worker))
            except BaseException:
                _dismiss(crew, self.grace)
                raise

    def _start(self, objective: Objective, job: Job, slot: Slot) -> _Worker:
        here, there = get_context("forkserver").Pipe()
        environ = {**os.environ, **dict.fromkeys(ONE_THREAD, "1"), **self.environ, **slot.environ}
        process = get_context("forkserver").Process(
            target=work,
            args=(pickle.dumps((objective, job)), job.directory, there, environ),
            name=f"trial-{job.number}",
        )
        process.start()
        there.close()
        return _Worker(job, slot, process, here)


def _sources(crew: list[_Worker]) -> Iterator[Connection | int]:
    for worker in crew:
        yield worker.process.sentinel
        if not worker.hung_up:
            yield worker.pipe


def _listen(worker: _Worker, report: Hear) -> None:
    """Take one message: a report, to be answered, or the outcome."""
    try:
        message = worker.pipe.recv()
    except (EOFError, OSError):
        worker.hung_up = True
        return
    if isinstance(message, Outcome):
        worker.outcome, worker.told_at = message, time.monotonic()
        return
    answer = report(worker.job, message)
    with suppress(OSError):  # it died meanwhile: the sentinel will tell
        worker.pipe.send(answer)


def _end(worker: _Worker) -> Outcome | Death:
    worker.process.join()
    worker.pipe.close()
    code = worker.process.exitcode or 0
    if code == LOST and worker.process.pid:
        with suppress(ProcessLookupError):  # the fork server is gone, and the worker perhaps not
            os.kill(worker.process.pid, signal.SIGKILL)
    worker.process.close()
    if worker.outcome is not None:
        return worker.outcome
    if code < 0:
        reason = f"the worker was killed by {signal.Signals(-code).name}"
        reason += " (out of memory, or somebody's kill)" if -code == signal.SIGKILL else ""
    else:
        reason = f"the worker ended with status {code} and no result"
    return Death(reason, _tail(worker.job.directory / LOG))


def _tail(path: Path, characters: int = 4000) -> str:
    return path.read_text(encoding="utf-8", errors="replace")[-characters:] if path.is_file() else ""


def _dismiss(crew: list[_Worker], grace: float) -> None:
    """End the workers: asked first, so that they close what they have open; then by force."""
    deadline = time.monotonic() + grace
    living = crew
    try:
        while living and time.monotonic() < deadline:
            for worker in living:
                worker.process.terminate()  # again: a worker just born may not have heard the first
            wait([worker.process.sentinel for worker in living], 1.0)
            living = [worker for worker in living if worker.process.is_alive()]
    finally:  # a second Ctrl-C lands here
        for worker in crew:
            worker.process.kill()
        for worker in crew:
            worker.process.join()


@contextmanager
def _interrupts() -> Iterator[Connection]:
    """A connection that becomes readable at the first SIGINT or SIGTERM; the second one raises at once.

    So an interrupt never falls into the middle of a storage's transaction. Outside the main thread, where Python
    allows no handlers, the connection stays silent.
    """
    reader, writer = get_context("forkserver").Pipe(duplex=False)
    before: dict[signal.Signals, Any] = {}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def handle(number: int, frame: object) -> None:
        restore()
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        writer.send(number)

    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            before[number] = signal.signal(number, handle)
    except ValueError:
        before.clear()
    try:
        yield reader
    finally:
        restore()
        reader.close()
        writer.close()


@contextmanager
def _environment(changes: dict[str, str]) -> Iterator[None]:
    before = {key: os.environ.get(key) for key in changes}
    os.environ.update(changes)
    try:
        yield
    finally:
        for key, value in before.items():
            if value is None:
                del os.environ[key]
            else:
                os.environ[key] = value
