"""Real processes, killed for real."""

import os
import random
import signal
import subprocess
import time
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import optuna
import pytest
from helpers import objectives, studies
from helpers.processes import alive, running, until

from sweep.executors.local import Local
from sweep.study.events import Ended
from sweep.study.run import StudyResult
from sweep.study.space import Choice, Interval, Range
from sweep.study.storage import open_storage

LOCAL = Local(2, preload=("helpers.objectives",), grace=10)


def sweep(tmp_path: Path, space, objective, executor=LOCAL, **rest: Any) -> StudyResult:
    return studies.sweep(tmp_path, space, objective, executor, **{"max_consecutive_failures": 0, **rest})


def start(tmp_path: Path, total: int, workers: int, objective: str, **settings: float) -> AbstractContextManager[Any]:
    """The coordinator of a sweep in a process group of its own."""
    rest = [f"{key}={value}" for key, value in settings.items()]
    words = ("-m", "helpers.coordinator", str(tmp_path), str(total), str(workers), objective, *rest)
    return running(*words, start_new_session=True)


def finished(process: subprocess.Popen[str]) -> str:
    out, err = process.communicate()
    assert process.returncode == 0, err
    return out


def trials(tmp_path: Path) -> list[optuna.trial.FrozenTrial]:
    return optuna.load_study(study_name="killed", storage=open_storage(f"sqlite:///{tmp_path}/optuna.db")).trials


def release(tmp_path: Path) -> None:
    """Let the trials that are held end."""
    (tmp_path / "killed" / "release").touch()


def pids(tmp_path: Path, count: int) -> list[int]:
    """Process ids of the running trials, once there are so many."""

    def running() -> list[int] | None:
        found = [int(text) for path in (tmp_path / "killed").glob("*/pid") if (text := path.read_text())]
        living = [pid for pid in found if alive(pid)]
        return living if len(living) >= count else None

    return until(running)


def test_each_trial_dies_its_own_death(tmp_path):
    does = ("raise", "exit", "kill", "nan", "short", "wrong", "committed", "none")
    result = sweep(
        tmp_path, {"do": Choice(does)}, objectives.troubled, recover=objectives.recover, abandon=objectives.abandon
    )
    states = {trial.params["do"]: trial.state for trial in result.trials}
    assert states == {do: "COMPLETE" if do in ("nan", "committed", "none") else "FAIL" for do in does}
    for trial in result.trials:
        assert (trial.directory / "error.txt").exists() == (trial.state == "FAIL")
    killed = next(trial for trial in result.trials if trial.params["do"] == "kill")
    assert "SIGKILL" in killed.info["error"]
    assert "last words" in (killed.directory / "error.txt").read_text()
    assert (killed.directory / "abandoned").read_text() == "FAILED"
    assert "RuntimeError: no luck" in (result.trials[0].directory / "error.txt").read_text()
    assert next(trial for trial in result.trials if trial.params["do"] == "committed").values == (5.0,)


def test_local_gives_what_inline_gives(tmp_path):
    space = {"level": Range(1, 3), "hopeless_at": Choice((4, 99))}
    local = sweep(tmp_path / "local", space, objectives.reports, pruner="regime")
    inline = sweep(tmp_path / "inline", space, objectives.reports, None, pruner="regime")
    assert [(r.state, r.values, r.info) for r in local.trials] == [(r.state, r.values, r.info) for r in inline.trials]
    assert [r.info["steps"] for r in local.trials] == [5, 10] * 3


def test_workers_have_one_thread_and_the_environment_of_their_coordinator(tmp_path, monkeypatch):
    monkeypatch.setenv("MARK", "here")
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    result = sweep(tmp_path, {"do": Choice(("environ",))}, objectives.troubled)
    assert result.trials[0].info == {"OMP_NUM_THREADS": "1", "MARK": "here"}
    assert os.environ["OMP_NUM_THREADS"] == "7"


def test_what_workers_print_goes_to_their_log(tmp_path, capfd):
    result = sweep(tmp_path, {"do": Choice(("kill",))}, objectives.troubled)
    assert (result.trials[0].directory / "log.txt").read_text() == "last words\n"
    assert capfd.readouterr() == ("", "")


def test_workers_run_side_by_side_without_a_barrier(tmp_path):
    # One long trial beside many short ones: with batches of two, five of them would wait for the long one.
    ended: list[int] = []
    sweep(
        tmp_path,
        {"x": Range(0, 5)},
        objectives.uneven,
        listener=lambda e: ended.append(e.trial.number) if isinstance(e, Ended) else None,
    )
    assert ended.index(0) >= 4, "the last of the others may be told a moment later"
    assert sorted(ended) == list(range(6))


def test_more_slots_than_trials(tmp_path):
    assert len(sweep(tmp_path, {"x": Range(0, 1)}, objectives.square, Local(8)).trials) == 2


def test_eight_workers_on_a_fresh_sqlite(tmp_path):
    with start(tmp_path, 16, 8, "slow", steps=3) as process:
        assert finished(process).split() == ["COMPLETE"] * 16


def test_a_killed_worker_is_one_failed_trial(tmp_path):
    with start(tmp_path, 3, 2, "slow", held=1) as process:
        victim, _ = pids(tmp_path, 2)
        os.kill(victim, signal.SIGKILL)
        release(tmp_path)
        assert sorted(finished(process).split()) == ["COMPLETE", "COMPLETE", "FAIL"]
    assert len(list((tmp_path / "killed").glob("*/error.txt"))) == 1
    assert len(list((tmp_path / "killed").glob("*/abandoned"))) == 1


def test_workers_end_with_their_coordinator(tmp_path):
    with start(tmp_path, 2, 2, "hang") as process:
        workers = pids(tmp_path, 2)
        process.kill()
        process.communicate()
    until(lambda: not any(alive(pid) for pid in workers))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_lets_workers_close_and_leaves_nothing_running(tmp_path, number):
    with start(tmp_path, 4, 2, "slow", held=1) as process:
        workers = pids(tmp_path, 2)
        os.killpg(process.pid, number)  # as a terminal does: to everybody at once
        process.communicate()
    assert process.returncode not in (0, -signal.SIGKILL)
    assert not any(alive(pid) for pid in workers)
    assert len(list((tmp_path / "killed").glob("*/closed"))) == 2
    assert {t.state.name for t in trials(tmp_path)} == {"FAIL"}
    assert all(t.user_attrs["reaped"] for t in trials(tmp_path))


def test_killed_again_and_again_then_once_more(tmp_path):
    total, dice = 12, random.Random(0)
    for _ in range(4):
        with start(tmp_path, total, 2, "slow", steps=20) as process:
            if (tmp_path / "killed").exists():
                time.sleep(dice.uniform(0, 2))
            else:
                pids(tmp_path, 2)
            process.kill()
            process.communicate()
    with start(tmp_path, total, 2, "slow", steps=20) as process:
        assert finished(process).split() == ["COMPLETE"] * total
    study = trials(tmp_path)
    assert not [t for t in study if not t.state.is_finished()]
    complete = [t for t in study if t.state.name == "COMPLETE"]
    assert sorted(t.user_attrs["index"] for t in complete) == list(range(total))
    assert all(t.value == t.params["x"] for t in complete)
    for index in range(total):
        lines = (tmp_path / "killed" / f"{index:03d}" / "curve.txt").read_text().split("\n")[:-1]
        assert [line.split()[1] for line in lines] == [str(step) for step in range(20)]
        assert len({line.split()[0] for line in lines}) == 1


@pytest.mark.parametrize("sampler", ["tpe", "cmaes", "gp", "nsgaii"])
def test_every_sampler_of_optuna_serves_two_workers_on_sqlite_and_resumes(tmp_path, sampler):
    options = {"population_size": 4} if sampler == "nsgaii" else {"n_startup_trials": 3}
    space = {"x": Interval(1e-3, 1, log=True), "y": Interval(1, 64, whole=True)}
    how = {"sampler": sampler, "sampler_options": options, "storage": f"sqlite:///{tmp_path}/optuna.db"}
    first = sweep(tmp_path, space, objectives.square, trials=5, **how)
    whole = sweep(tmp_path, space, objectives.square, trials=9, **how)
    assert whole.trials[:5] == first.trials
    assert [trial.state for trial in whole.trials] == ["COMPLETE"] * 9
    assert len({tuple(trial.params.values()) for trial in whole.trials}) == 9
