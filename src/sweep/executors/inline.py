"""Trials one after another in this process: for a debugger, and for a study of one trial."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sweep.executors.base import Finish, Handle, Hear, Job, Objective, Report, Take, attempt


@dataclass(frozen=True)
class Inline:
    """Runs each trial where it is called; a Ctrl-C passes through."""

    def run(self, objective: Objective, take: Take, report: Hear, finish: Finish) -> None:
        """See `Executor.run`."""
        while (job := take()) is not None:
            handle = Handle(job.number, job.directory, job.attempt, _sender(job, report))
            finish(job, attempt(objective, job.payload, handle))


def _sender(job: Job, report: Hear) -> Callable[[Report], bool]:
    return lambda message: report(job, message)
