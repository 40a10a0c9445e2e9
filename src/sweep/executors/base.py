"""What a study and an executor say to each other."""

from __future__ import annotations

import math
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from sweep.errors import ConfigError

State = Literal["COMPLETE", "PRUNED", "FAIL"]
ERROR_FILE = "error.txt"
ERROR_CHARACTERS = 500  # of a failure's message that are kept in the study's storage; the file has all of it


@dataclass(frozen=True)
class Outcome:
    """How a trial ended: one value per objective where COMPLETE, and facts about it that JSON can hold."""

    state: State
    values: tuple[float, ...] = ()
    info: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Report:
    """A trial's first objective at one evaluation.

    Args:
        step: Optimiser step of the evaluation, at least 0.
        value: The objective, which is minimised.
        hopeless: Whether further training can't improve the run.
        share: Share of the trial that is done, from 0 to 1; None where unknown.
        optimistic_final: The lowest objective that the trial may still reach.
    """

    step: int
    value: float
    hopeless: bool = False
    share: float | None = None
    optimistic_final: float = -math.inf


@dataclass(frozen=True)
class Handle:
    """A trial's own view of its study: its index, its folder, its attempt (from 1) and a way to report."""

    number: int
    directory: Path
    attempt: int = 1
    send: Callable[[Report], bool] = lambda report: False

    def report(
        self,
        step: int,
        value: float,
        hopeless: bool = False,
        share: float | None = None,
        optimistic_final: float = -math.inf,
    ) -> bool:
        """Report the objective at a step, see `Report`; True means that the trial is pruned and must stop now."""
        return self.send(Report(step, float(value), hopeless, share, optimistic_final))


@dataclass(frozen=True)
class TrialJob:
    """One attempt (from 1) at a trial, ready to start: its folder exists."""

    number: int
    attempt: int
    directory: Path
    payload: Any


@dataclass(frozen=True)
class WorkerDied:
    """A worker that ended without an outcome: the reason as far as it is known, and the end of its log."""

    reason: str
    log: str = ""


Objective = Callable[[Any, Handle], Outcome]
NextJob = Callable[[], TrialJob | None]  # None: no trial is left to start
OnReport = Callable[[TrialJob, Report], bool]  # True: prune the trial
OnDone = Callable[[TrialJob, Outcome | WorkerDied], None]


class Executor(Protocol):
    """Where trials run: pulls jobs while it has room, passes reports on, and ends each job with an outcome."""

    def warm_up(self, modules: Sequence[str]) -> None:
        """Prepare for trials that import these modules. Called once, after the study was accepted; may do nothing."""

    def run(self, objective: Objective, next_job: NextJob, on_report: OnReport, on_done: OnDone) -> None:
        """Return when `next_job` gave None and every job taken is done.

        The three callbacks must be called from the calling thread, one at a time. On an exception, `KeyboardInterrupt`
        among them, end the trials that still run before passing it on.
        """


def run_trial(objective: Objective, job: TrialJob, send: Callable[[Report], bool]) -> Outcome:
    """Call the objective; an exception becomes a FAIL with its traceback in the trial's `error.txt`."""
    try:
        outcome = objective(job.payload, Handle(job.number, job.directory, job.attempt, send))
        if not isinstance(outcome, Outcome):
            raise TypeError(f"the objective returned {type(outcome).__name__}, not an Outcome")
        return outcome
    except ConfigError as error:
        return failure(job.directory, str(error), traceback.format_exc(), refused=[error.key, error.message])
    except (Exception, SystemExit) as error:  # whatever ends one trial, the others continue
        return failure(job.directory, f"{type(error).__name__}: {error}", traceback.format_exc())


def failure(directory: Path, message: str, detail: str = "", **facts: Any) -> Outcome:
    """A FAIL whose reason is written to `error.txt`."""
    (directory / ERROR_FILE).write_text(detail or f"{message}\n", encoding="utf-8")
    return Outcome("FAIL", info={"error": message[:ERROR_CHARACTERS], **facts})
