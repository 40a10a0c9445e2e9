"""An executor from outside the package: trials in threads of this process, registered by its name."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import pytest
from helpers import objectives
from helpers.studies import states, sweep

from sweep import executors
from sweep.executors.base import NextJob, Objective, OnDone, OnReport, Outcome, Report, TrialJob, run_trial
from sweep.study.space import Choice, Range


@dataclass(frozen=True)
class Threads:
    """Every trial in a thread; what the study is told is handed to the thread that runs the study."""

    workers: int

    def warm_up(self, modules: Sequence[str]) -> None:
        """Threads share what this process has imported."""

    def run(self, objective: Objective, next_job: NextJob, on_report: OnReport, on_done: OnDone) -> None:
        messages: queue.Queue[tuple[TrialJob, Report | Outcome, Future[bool]]] = queue.Queue()
        running = 0
        while True:
            while running < self.workers and (job := next_job()) is not None:
                threading.Thread(target=self._trial, args=(objective, job, messages)).start()
                running += 1
            if not running:
                return
            job, message, answer = messages.get()
            if isinstance(message, Report):
                answer.set_result(on_report(job, message))
            else:
                on_done(job, message)
                running -= 1

    def _trial(self, objective: Objective, job: TrialJob, messages: queue.Queue[Any]) -> None:
        def send(report: Report) -> bool:
            answer: Future[bool] = Future()
            messages.put((job, report, answer))
            return answer.result()

        messages.put((job, run_trial(objective, job, send), Future()))


@pytest.fixture(scope="module")
def threads() -> Iterator[str]:
    def build(options: Mapping[str, Any]) -> Threads:
        return Threads(options["workers"])

    with patch.dict(executors._REGISTRY.registered):  # for the tests of this file alone
        executors.register("threads", build)
        yield "threads"


def test_it_gives_what_inline_gives(tmp_path, threads):
    space = {"level": Range(1, 3), "hopeless_at": Choice((4, 99))}
    own = executors.build(threads, {"workers": 3})
    threaded = sweep(tmp_path / "threads", space, objectives.reports, own, pruner="regime")
    inline = sweep(tmp_path / "inline", space, objectives.reports, executors.build("inline", {}), pruner="regime")
    assert [(t.state, t.values, t.info) for t in threaded.trials] == [
        (t.state, t.values, t.info) for t in inline.trials
    ]
    assert set(states(threaded)) == {"COMPLETE", "PRUNED"}


def test_trials_run_side_by_side_and_a_failure_is_one_trials(tmp_path, threads):
    meeting = threading.Barrier(2, timeout=300)

    def meet(params: Mapping[str, Any], handle: Any) -> Outcome:
        meeting.wait()
        if params["x"] == 1:
            raise RuntimeError("no luck")
        return Outcome("COMPLETE", (1.0,))

    result = sweep(tmp_path, {"x": Range(0, 1)}, meet, executors.build(threads, {"workers": 2}))
    assert states(result) == ["COMPLETE", "FAIL"]
