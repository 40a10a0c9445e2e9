import io
import math
from pathlib import Path

import pytest
from rich.console import Console

from sweep.executors.base import Report
from sweep.report.progress import ProgressState, duration, point, progress_listener, table
from sweep.study.events import Began, Ended, Opened, Reported
from sweep.study.trial_store import TrialRecord


def row(number: int, state: str = "COMPLETE", *values: float, **info: object) -> TrialRecord:
    return TrialRecord(number, {"train.learning_rate": 0.001 * (number + 1)}, state, values, info, Path("x"), 1)


def told(*events, start=100.0) -> ProgressState:
    state = ProgressState()
    for second, event in enumerate(events):
        state.add(event, start + second)
    return state


def drawn(state: ProgressState, now: float) -> str:
    console = Console(file=io.StringIO(), width=120)
    console.print(table(state, now))
    return console.file.getvalue()


def test_the_best_is_a_healthy_trial_where_there_is_one_and_shown_by_the_values_that_it_had():
    rows = [
        row(0, "COMPLETE", 0.5, diagnosed="healthy", learning_rate=0.0152),
        row(1, "COMPLETE", math.nan),
        row(2, "PRUNED", 0.1, diagnosed="healthy"),
        row(3, "COMPLETE", 0.3, diagnosed="overfit"),
    ]
    state = told(Opened("s", 6, rows[:1]), *(Ended(r) for r in rows[1:]))
    assert "best val_loss 0.5  trial 000  healthy  learning_rate=0.0152" in drawn(state, 200.0)
    assert "best val_loss 0.3  trial 003  overfit" in drawn(told(Opened("s", 6, rows[1:])), 200.0)
    assert "best" not in drawn(told(Opened("s", 6, [])), 200.0)


def test_time_left_counts_only_work_done_here_and_parts_of_trials():
    before = [row(n) for n in range(10)]
    state = told(Opened("s", 20, before))
    assert state.seconds_left(101) is None
    state.add(Began(10, 1, {}), 100)
    state.add(Reported(10, Report(5, 0.3, share=0.5), False), 110)
    assert state.seconds_left(110) == pytest.approx(9.5 / 0.5 * 10)
    state.add(Ended(row(10)), 120)
    assert state.seconds_left(120) == pytest.approx(9 * 20)


def test_time_left_is_at_least_that_of_the_slowest_running_trial():
    state = told(Opened("s", 10, []), Began(9, 1, {}), *(Ended(row(n)) for n in range(9)))
    state.add(Reported(9, Report(5, 0.3, share=0.1), False), 201)
    assert state.seconds_left(201) == pytest.approx(900)


def test_table_shows_running_trials_and_counts():
    state = told(
        Opened("mine", 9, [row(0, "COMPLETE", 0.5), row(1, "FAIL")]),
        Began(2, 1, {"train.learning_rate": 0.00123456, "regime": "overfit"}),
        Reported(2, Report(40, 0.321, share=0.25), False),
    )
    text = drawn(state, 110.0)
    for piece in ("mine", "1 running", "1 done", "0 pruned", "1 failed", "of 9", "002", "learning_rate=0.00123"):
        assert piece in text
    for piece in ("regime=overfit", "step 40", "val_loss 0.321", "best val_loss 0.5", "trial 000", "left"):
        assert piece in text


def test_table_of_many_is_cut():
    state = told(Opened("s", 99, []), *(Began(n, 1, {}) for n in range(20)))
    assert "and 4 more" in drawn(state, 200.0)


def test_plain_lines_where_there_is_no_terminal():
    console = Console(file=io.StringIO(), width=40)
    with progress_listener(console) as listener:
        listener(Opened("mine", 3, [row(0)]))
        listener(Began(1, 1, {"train.learning_rate": 0.002}))
        listener(Reported(1, Report(1, 0.5), False))
        listener(Ended(row(1, "COMPLETE", 0.25, diagnosed="overfit")))
        listener(Began(2, 1, {}))
        listener(Ended(row(2, "FAIL", error="RuntimeError: [no] luck")))
    first, second, third = console.file.getvalue().splitlines()
    assert first == "study mine: 3 trials, 1 of them done before"
    assert second.startswith("trial 001 done  learning_rate=0.002  val_loss 0.25  overfit  0 s  [2 of 3, about ")
    assert third.startswith("trial 002 failed  learning_rate=0.003  RuntimeError: [no] luck")
    assert third.endswith("[3 of 3]")


def test_a_terminal_gets_the_table():
    console = Console(file=io.StringIO(), force_terminal=True, width=100)
    with progress_listener(console) as listener:
        listener(Opened("mine", 3, []))
        listener(Began(1, 1, {"x": 2}))
    assert "1 running" in console.file.getvalue()


def test_a_study_refused_before_it_opens_shows_no_table():
    console = Console(file=io.StringIO(), force_terminal=True, width=100)
    with pytest.raises(ValueError, match="no"), progress_listener(console):
        raise ValueError("no")
    assert console.file.getvalue() == ""


def test_words():
    assert [duration(s) for s in (0.4, 59, 90, 3600, 5400)] == ["0 s", "59 s", "2 min", "1 h 00 min", "1 h 30 min"]
    assert point({"a.b": 1e-5, "regime": "overfit"}) == "b=1e-05  regime=overfit"
