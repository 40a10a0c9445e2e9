"""What a study and an executor say to each other."""

from __future__ import annotations

import math
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from sweep.errors import ConfigError

State = Literal["COMPLETE", "PRUNED", "FAIL"]


@dataclass(frozen=True)
class Outcome:
    """How a trial ended: one value per objective where COMPLETE, and JSON-able facts about it."""

    state: State
    values: tuple[float, ...] = ()
    info: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Report:
    """A trial's objective at one evaluation: `hopeless` says that no further training will better it.

    `share` of the trial is done; `optimistic_final` is the lowest objective that it may still come to.
    """

    step: int
    value: float
    hopeless: bool = False
    share: float | None = None
    optimistic_final: float = -math.inf


@dataclass(frozen=True)
class Handle:
    """A trial's own view of its study: its index, its folder and a way to report."""

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
        """Tell the objective at `step` (>= 0), `share` of the trial being done; True: stop now, you are pruned."""
        return self.send(Report(step, float(value), hopeless, share, optimistic_final))


@dataclass(frozen=True)
class Job:
    """One attempt at a trial, ready to start: its folder exists."""

    number: int
    attempt: int
    directory: Path
    payload: Any


@dataclass(frozen=True)
class Death:
    """A worker that ended without an outcome: what is known of its end, and the last of what it printed."""

    reason: str
    log: str = ""


Objective = Callable[[Any, Handle], Outcome]
Take = Callable[[], Job | None]  # the next job; None: none for now
Hear = Callable[[Job, Report], bool]  # takes a job's report; True: it is to stop
Finish = Callable[[Job, Outcome | Death], None]


class Executor(Protocol):
    """Takes jobs while it has room, passes reports on, and gives an outcome for each job taken."""

    def run(self, objective: Objective, take: Take, report: Hear, finish: Finish) -> None:
        """Return when `take` gave None and every job taken is finished.

        On an exception, `KeyboardInterrupt` among them, end what still runs before passing it on.
        """
        ...


def attempt(objective: Objective, payload: Any, handle: Handle) -> Outcome:
    """Call the objective; an exception of its becomes a FAIL with the traceback in the trial's `error.txt`."""
    try:
        outcome = objective(payload, handle)
        if not isinstance(outcome, Outcome):
            raise TypeError(f"the objective returned {type(outcome).__name__}, not an Outcome")
        return outcome
    except ConfigError as error:
        return failure(handle.directory, str(error), traceback.format_exc(), refused=[error.key, error.message])
    except (Exception, SystemExit) as error:  # whatever a trial dies of, the other trials go on
        return failure(handle.directory, f"{type(error).__name__}: {error}", traceback.format_exc())


def failure(directory: Path, message: str, detail: str = "", **facts: Any) -> Outcome:
    """A FAIL whose reason stands in `error.txt`."""
    (directory / "error.txt").write_text(detail or f"{message}\n", encoding="utf-8")
    return Outcome("FAIL", info={"error": message[:500], **facts})
