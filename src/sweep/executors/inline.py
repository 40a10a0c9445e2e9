"""Trials one after another in this process: for a debugger, and for a study of one trial."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sweep.executors.base import NextJob, Objective, OnDone, OnReport, run_trial


@dataclass(frozen=True)
class Inline:
    """Runs each trial where it is called; Ctrl-C passes through."""

    def warm_up(self, modules: Sequence[str]) -> None:
        """See `Executor.warm_up`: the first trial imports what it needs."""

    def run(self, objective: Objective, next_job: NextJob, on_report: OnReport, on_done: OnDone) -> None:
        """See `Executor.run`."""
        while (job := next_job()) is not None:
            on_done(job, run_trial(objective, job, partial(on_report, job)))


def build(options: Mapping[str, Any]) -> Inline:
    """The executor; it has no options, and those of others are ignored."""
    return Inline()
