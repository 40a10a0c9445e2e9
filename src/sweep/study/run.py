"""A study: a search space, a callable and an executor, continued to a total whatever killed it before.

Ask when a slot is free, tell when a trial is done. Only this process talks to Optuna's storage. It knows nothing of
what a trial does: no torch, no MLflow, no Hydra; and it prints nothing, a listener is told.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from sweep.errors import StudyError
from sweep.executors import lock
from sweep.executors.base import Death, Executor, Handle, Job, Objective, Outcome, Report, failure
from sweep.executors.inline import Inline
from sweep.study import pruners, samplers, space
from sweep.study.events import Began, Checked, Ended, Event, Opened, Reported
from sweep.study.storage import DEFAULT, open_storage, open_study
from sweep.study.trial_store import Ledger, Row, folder

__all__ = [
    "Began", "Checked", "Ended", "Event", "Handle", "Opened", "Outcome",
    "Reported", "Result", "Row", "Settings", "StudyError", "run",
]  # fmt: skip

ATTEMPTS = ".attempts"
GRID_CHECKED = 256


@dataclass(frozen=True)
class Settings:
    """What a study is besides its space: how points are chosen, trials stopped, results kept."""

    storage: str = DEFAULT
    sampler: str | None = None
    sampler_options: Mapping[str, Any] | None = None
    seed: int = 0
    pruner: str = "none"
    pruner_options: Mapping[str, Any] | None = None
    directions: Sequence[str] = ("minimize",)
    max_consecutive_failures: int = 5


@dataclass(frozen=True)
class Result:
    """The trials that ended, of `total`; `stopped` says why it ended early, if it did."""

    rows: list[Row]
    total: int
    stopped: str | None = None


def run(
    name: str,
    search: space.Space,
    prepare: Callable[[space.Params], Any],
    objective: Objective,
    executor: Executor | None = None,
    *,
    trials: int | None = None,
    directory: Path | None = None,
    settings: Settings | None = None,
    fingerprint: Mapping[str, Any] | None = None,
    recover: Callable[[Path], Outcome | None] = lambda directory: None,
    abandon: Callable[[Path, Literal["KILLED", "FAILED"]], None] = lambda directory, status: None,
    listener: Callable[[Event], None] = lambda event: None,
) -> Result:
    """Run the study `name`, or what is left of it, up to `trials` trials (None: the whole grid).

    `prepare(params)` gives a trial's payload, in this process; it raises `ValueError` for parameters that can't be.
    The corners of the space (the whole of a small grid) are prepared before anything is made, and such an error passes
    on. `objective(payload, handle)` runs in the executor, so both are picklable. Trial i has the folder
    `directory`/i, three digits (default `outputs/name`).

    `recover(folder)` gives the result of a trial whose process is gone, if it had committed one;
    `abandon(folder, status)` closes elsewhere what an attempt without result left open: `KILLED` where it is reaped,
    to be done again, `FAILED` where it is a failed trial.

    Raises `StudyError`, before anything is made, for a study that can't be run so.
    """
    settings = settings or Settings()
    directory = directory or Path("outputs") / name
    space.check(search)
    chosen = samplers.choose(settings.sampler, search, trials)
    samplers.check(chosen, search, len(settings.directions))
    total = samplers.total(chosen, search, trials)
    options = dict(settings.sampler_options or {})
    plan = samplers.plan(chosen, search, options, settings.seed)
    whole = chosen == "grid" and total <= GRID_CHECKED
    for params in (space.point(search, i) for i in range(total)) if whole else space.corners(search):
        prepare(params)  # before Optuna is imported: what can't be is refused at once
    sampler = None if plan else samplers.sampler(chosen, options, settings.seed)
    pruner = pruners.pruner(settings.pruner, settings.pruner_options or {}, len(settings.directions))
    identity = {**(fingerprint or {}), **_identity(search, chosen, settings)}

    storage = open_storage(settings.storage)
    with _folder(directory), lock.coordinator(directory):
        study = open_study(name, storage, settings.directions, identity)
        study.pruner = pruner.rule
        ledger = Ledger(study, storage, search, plan, sampler, pruner, directory)
        try:
            if not ledger.history and (stranger := next(directory.glob("[0-9][0-9][0-9]*"), None)):
                raise StudyError(
                    "study.name",
                    f"{stranger} is there, but not in {settings.storage}: take another name, or move it away",
                )
            listener(Checked(name, total))
        except Exception:
            if not ledger.history:
                storage.delete_study(ledger.id)
            raise
        course = _Course(ledger, total, prepare, recover, abandon, listener, settings.max_consecutive_failures)
        course.reap()
        listener(Opened(name, total, ledger.rows()))
        try:
            (executor or Inline()).run(objective, course.take, course.report, course.finish)
        finally:
            course.reap()
        return Result(ledger.rows(), total, course.stopped)


def _identity(search: space.Space, chosen: str, settings: Settings) -> dict[str, Any]:
    """What must not change under a study's name, flat."""
    return {
        **{f"space.{key}": space.describe(d) for key, d in search.items()},
        "sampler": chosen,
        "sampler.seed": settings.seed,
        **{f"sampler.{key}": value for key, value in (settings.sampler_options or {}).items()},
        "pruner": settings.pruner,
        **{f"pruner.{key}": value for key, value in (settings.pruner_options or {}).items()},
    }


@contextmanager
def _folder(directory: Path) -> Iterator[None]:
    """The study's folder; taken away again where the study is refused, or not begun, and the folder was not there."""
    made = not directory.exists()
    directory.mkdir(parents=True, exist_ok=True)
    try:
        yield
    except Exception:
        if made and not any(directory.glob("[0-9]*")):
            shutil.rmtree(directory)
        raise


@dataclass
class _Course:
    """What the executor calls back into: the loop of one process over the trials that are left."""

    ledger: Ledger
    total: int
    prepare: Callable[[space.Params], Any]
    recover: Callable[[Path], Outcome | None]
    abandon: Callable[[Path, Literal["KILLED", "FAILED"]], None]
    listener: Callable[[Event], None]
    most_failures: int
    failures: int = 0
    stopped: str | None = None

    def __post_init__(self) -> None:
        self.directory = self.ledger.directory
        self.left = (i for i in range(self.total) if not self.ledger.ended(i))

    def take(self) -> Job | None:
        """The next trial to run, None when there is none."""
        while not self.stopped and (index := next(self.left, None)) is not None:
            attempt, params = self.ledger.ask(index)
            job = Job(index, attempt, self._make_folder(index, attempt), None)
            self.listener(Began(index, attempt, params))
            try:
                return Job(index, attempt, job.directory, self.prepare(params))
            except Exception as error:  # parameters that can't be are this trial's failure, whoever refuses them
                self.finish(job, failure(job.directory, str(error)))
        return None

    def report(self, job: Job, report: Report) -> bool:
        """Pass a report on; whether the trial is to stop."""
        pruned = self.ledger.report(job.number, report)
        self.listener(Reported(job.number, report, pruned))
        return pruned

    def finish(self, job: Job, outcome: Outcome | Death) -> None:
        """Take a trial's outcome; where its process died, the result that it had committed, else a failure."""
        if isinstance(outcome, Death):
            committed = self.recover(job.directory)
            if committed is None:
                self.abandon(job.directory, "FAILED")
            outcome = committed or failure(
                job.directory, outcome.reason, f"{outcome.reason}\n\n{outcome.log}".rstrip() + "\n"
            )
        wanted = len(self.ledger.study.directions)
        if outcome.state == "COMPLETE" and len(outcome.values) != wanted:
            message = f"the trial gave {len(outcome.values)} values, and the study has {wanted} objectives"
            outcome = failure(job.directory, message)
        row = self.ledger.tell(job.number, outcome)
        self.failures = self.failures + 1 if row.state == "FAIL" else 0
        self.listener(Ended(row))
        if self.most_failures and self.failures >= self.most_failures and not self.stopped:
            self.stopped = f"{self.failures} trials failed one after another; the last one: {row.directory}/error.txt"

    def reap(self) -> None:
        """Close what nobody runs any more: with the result that was committed, else to be done again."""
        for index in self.ledger.left_running():
            place = self.directory / folder(index)
            outcome = self.recover(place) if place.is_dir() else None
            if outcome is None and place.is_dir():
                self.abandon(place, "KILLED")
            self.ledger.settle(index, outcome)

    def _make_folder(self, index: int, attempt: int) -> Path:
        """The attempt's own folder, empty but for a checkpoint to go on from; an earlier attempt's is put away."""
        place = self.directory / folder(index)
        if place.exists():
            kept = self.directory / ATTEMPTS / f"{index}.{attempt - 1}"
            kept.parent.mkdir(exist_ok=True)
            place.rename(kept)
        place.mkdir(parents=True)
        earlier = sorted(
            (self.directory / ATTEMPTS).glob(f"{index}.*/checkpoint"), key=lambda p: int(p.parent.suffix[1:])
        )
        if earlier:
            shutil.move(earlier[-1], place / "checkpoint")
        return place
