"""What the executor of a study calls back into: the next trial, its reports, its outcome."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from sweep.executors.base import ERROR_FILE, Objective, Outcome, Report, TrialJob, WorkerDied, failure
from sweep.study.events import Began, Ended, Event, Reported
from sweep.study.space import Params
from sweep.study.trial_store import TrialRecord, TrialStore, folder_name

EARLIER_ATTEMPTS = ".attempts"
CHECKPOINT = "checkpoint"  # in a trial's folder; the next attempt at the trial finds it in its own

Listener = Callable[[Event], None]


def _not_committed(folder: Path) -> Outcome | None:
    return None


def _nothing_open(folder: Path, status: Literal["KILLED", "FAILED"]) -> None:
    return None


@dataclass(frozen=True)
class TrialHooks:
    """All that a study knows of its trials. Every hook but `objective` is called in the coordinator's process.

    Args:
        prepare: Parameters to the payload of the objective; raises `ValueError` for parameters that can't be used.
        objective: Runs a trial, in the executor: a payload and a `Handle` to an outcome. Payload and objective are
            picklable.
        recover: A trial's folder to the outcome that its process had committed before it died, if any.
        abandon: Closes what an attempt without an outcome left open elsewhere: `KILLED` where it will be retried,
            `FAILED` where the trial has failed.
    """

    prepare: Callable[[Params], Any]
    objective: Objective
    recover: Callable[[Path], Outcome | None] = _not_committed
    abandon: Callable[[Path, Literal["KILLED", "FAILED"]], None] = _nothing_open


class TrialLoop:
    """The trials that are left of a study, started one by one as the executor has room for them.

    `stopped` says why the study ends early, once it does.
    """

    def __init__(
        self, store: TrialStore, total: int, hooks: TrialHooks, listener: Listener, max_consecutive_failures: int
    ) -> None:
        self.stopped: str | None = None
        self._store = store
        self._indices = iter(range(total))
        self._hooks = hooks
        self._listener = listener
        self._max_consecutive_failures = max_consecutive_failures
        self._consecutive_failures = 0

    def next_job(self) -> TrialJob | None:
        """Start the next trial; None where none is left or the study was stopped."""
        for index in self._indices:
            if self.stopped:
                return None
            if self._store.has_ended(index):
                continue
            job = self._start(index)
            if job is not None:
                return job
        return None

    def on_report(self, job: TrialJob, report: Report) -> bool:
        """Store a report; whether the trial is pruned."""
        pruned = self._store.report(job.number, report)
        self._listener(Reported(job.number, report, pruned))
        return pruned

    def on_done(self, job: TrialJob, ended: Outcome | WorkerDied) -> None:
        """Close a trial; after too many failures in a row no further one is started."""
        outcome = self._after_death(job, ended) if isinstance(ended, WorkerDied) else ended
        wanted = len(self._store.study.directions)
        if outcome.state == "COMPLETE" and len(outcome.values) != wanted:
            message = f"the trial returned {len(outcome.values)} values, but the study has {wanted} objectives"
            outcome = failure(job.directory, message)
        record = self._store.tell(job.number, outcome)
        self._listener(Ended(record))
        self._count(record)

    def finalise_orphans(self) -> None:
        """Finalise orphaned attempts: use the committed result if there is one, else mark them for retry."""
        for index in self._store.orphans():
            place = self._store.directory / folder_name(index)
            outcome = None
            if place.is_dir():
                outcome = self._hooks.recover(place)
                if outcome is None:
                    self._hooks.abandon(place, "KILLED")
            self._store.finalise(index, outcome)

    def _start(self, index: int) -> TrialJob | None:
        attempt, params = self._store.ask(index)
        folder = self._make_folder(index, attempt)
        self._listener(Began(index, attempt, params))
        try:
            return TrialJob(index, attempt, folder, self._hooks.prepare(params))
        except Exception as error:  # parameters that can't be used are this trial's failure, whatever refuses them
            self.on_done(TrialJob(index, attempt, folder, None), failure(folder, str(error)))
            return None

    def _make_folder(self, index: int, attempt: int) -> Path:
        """The attempt's own folder, empty but for a checkpoint to resume from; the one before is moved aside."""
        folder = self._store.directory / folder_name(index)
        earlier = self._store.directory / EARLIER_ATTEMPTS
        if folder.exists():
            earlier.mkdir(exist_ok=True)
            folder.rename(earlier / f"{index}.{attempt - 1}")
        folder.mkdir(parents=True)
        checkpoints = list(earlier.glob(f"{index}.*/{CHECKPOINT}"))
        if checkpoints:
            latest = max(checkpoints, key=lambda path: int(path.parent.suffix[1:]))
            shutil.move(latest, folder / CHECKPOINT)
        return folder

    def _after_death(self, job: TrialJob, died: WorkerDied) -> Outcome:
        """The outcome that the trial had committed before its process died, else a failure."""
        committed = self._hooks.recover(job.directory)
        if committed is not None:
            return committed
        self._hooks.abandon(job.directory, "FAILED")
        detail = f"{died.reason}\n\n{died.log}".rstrip() + "\n"
        return failure(job.directory, died.reason, detail)

    def _count(self, record: TrialRecord) -> None:
        if record.state != "FAIL":
            self._consecutive_failures = 0
            return
        self._consecutive_failures += 1
        if self._max_consecutive_failures and self._consecutive_failures == self._max_consecutive_failures:
            where = record.directory / ERROR_FILE
            self.stopped = (
                f"{self._consecutive_failures} trials failed in a row, the last one for the reason in {where}"
            )
