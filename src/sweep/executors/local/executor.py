"""Trials side by side on this machine, each in a fresh process forked from a preloaded server.

A fresh process costs some milliseconds, since the server has imported the heavy modules once; a crash in it is its own.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import forkserver
from multiprocessing.connection import Connection, wait
from typing import Any

from sweep.errors import ConfigError
from sweep.executors.base import NextJob, Objective, OnDone, OnReport
from sweep.executors.local.interrupts import interrupts
from sweep.executors.local.process import EXIT_GRACE_S, START_METHOD, TrialProcess, terminate_all
from sweep.executors.local.slots import Slot, slots

ONE_THREAD = dict.fromkeys(
    (
        "OMP_NUM_THREADS",
        "MKL_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "NUMEXPR_NUM_THREADS",
        "VECLIB_MAXIMUM_THREADS",
        "RAYON_NUM_THREADS",
    ),
    "1",
)
SERVER = "sweep.executors.local.server"
OPTIONS = ("workers", "gpus_per_trial")


@dataclass(frozen=True)
class Local:
    """An executor with one process and one thread for each running trial.

    Args:
        workers: Trials side by side; None for one a core, or as many as the GPUs hold.
        gpus_per_trial: GPUs that each trial gets; 0.25 lets four trials share one, 0 leaves all GPUs visible.
        preload: Modules that the server imports before the first trial.
        grace: Seconds that trials have to close what they have open after Ctrl-C or SIGTERM.
        environ: Additions to the environment of the trials.

    Raises:
        ConfigError: A number out of range, GPUs that are not there, or a platform without a fork server.
    """

    workers: int | None = None
    gpus_per_trial: float = 0.0
    preload: Sequence[str] = ()
    grace: float = 20.0
    environ: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if START_METHOD not in multiprocessing.get_all_start_methods():
            raise ConfigError(
                "executor", "is local, which needs a fork server, which this platform lacks: use executor=inline"
            )
        slots(self.workers, self.gpus_per_trial)

    def warm_up(self, modules: Sequence[str] = ()) -> None:
        """See `Executor.warm_up`: start the server, which imports the modules while this process continues."""
        context = multiprocessing.get_context(START_METHOD)
        context.set_forkserver_preload([SERVER, *self.preload, *modules])
        with _environment(ONE_THREAD):
            forkserver.ensure_running()

    def run(self, objective: Objective, next_job: NextJob, on_report: OnReport, on_done: OnDone) -> None:
        """See `Executor.run`."""
        free = slots(self.workers, self.gpus_per_trial)
        self.warm_up()
        workers: list[TrialProcess] = []
        with interrupts() as interrupted:
            try:
                while True:
                    while free and (job := next_job()) is not None:
                        slot = free.pop(0)
                        workers.append(TrialProcess.start(objective, job, slot, self._environ(slot)))
                    if not workers:
                        return
                    ready = _wait(workers, interrupted)
                    for worker in workers:
                        worker.listen(ready, on_report)
                    ended = [worker for worker in workers if worker.has_ended(ready)]
                    for worker in ended:
                        workers.remove(worker)
                        free.append(worker.slot)
                        on_done(worker.job, worker.outcome(on_report))
            except BaseException:
                terminate_all(workers, self.grace)
                raise

    def _environ(self, slot: Slot) -> dict[str, str]:
        return {**os.environ, **ONE_THREAD, **self.environ, **slot.environ}


def build(options: Mapping[str, Any]) -> Local:
    """The executor with `workers` and `gpus_per_trial`. Raises `ConfigError` for other options."""
    for key in options:
        if key not in OPTIONS:
            raise ConfigError(f"executor.{key}", f"is not an option of executor=local, which has {', '.join(OPTIONS)}")
    return Local(**options)


def _wait(workers: Sequence[TrialProcess], interrupted: Connection) -> set[Any]:
    """Wait until something happens; what is ready to be read. Raises `KeyboardInterrupt` after a signal."""
    sources = [source for worker in workers for source in worker.sources()]
    ending = any(worker.result is not None for worker in workers)
    ready = set(wait([interrupted, *sources], EXIT_GRACE_S if ending else None))
    if interrupted in ready:
        raise KeyboardInterrupt
    return ready


@contextmanager
def _environment(changes: Mapping[str, str]) -> Iterator[None]:
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
