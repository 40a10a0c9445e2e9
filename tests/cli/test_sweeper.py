"""The command's way through Hydra to the study: what a person types, what arrives, and what is refused."""

import sys
from typing import Any

import pytest

from sweep.__main__ import main
from sweep.executors.base import Outcome
from sweep.study.loop import TrialHooks
from sweep.study.run import run
from sweep.study.settings import StudySettings
from sweep.study.space import Choice, Interval, Range


@pytest.fixture
def typed(monkeypatch, tmp_path, capsys):
    """Type a command; its exit status and what it said on standard error."""

    def command(*words: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["sweep", *words, f"outputs={tmp_path}/out"])
        monkeypatch.chdir(tmp_path)
        with pytest.raises(SystemExit) as ended:
            main()
        return ended.value.code or 0, capsys.readouterr().err

    return command


@pytest.fixture
def arrived(monkeypatch):
    """What the sweeper hands on, in place of running it."""
    from sweep.cli import run as app

    calls: list[Any] = []
    monkeypatch.setattr(app, "sweep", lambda *given: calls.append(given) or 7)
    return calls


def test_multirun_reaches_the_study_and_its_status_comes_back(typed, arrived):
    status, said = typed("-m", "+regime=overfit,underfit", "train.learning_rate=tag(log,interval(1e-4,1e-1))", "seed=3")
    assert (status, said) == (7, "")
    ((schema, search, compose),) = arrived
    assert search.space == {
        "regime": Choice(("overfit", "underfit")),
        "train.learning_rate": Interval(1e-4, 1e-1, log=True),
    }
    assert "seed=3" in search.fixed
    assert schema.seed == 3
    composed = compose({"regime": "underfit", "train.learning_rate": 0.01})
    assert (composed.regime.name, composed.train.learning_rate, composed.seed) == ("underfit", 0.01, 3)


def test_a_named_sweep_needs_no_flag_and_the_command_line_wins(typed, arrived):
    assert typed("+sweep=regimes", "seed=range(2)", "recipe=pairs")[0] == 7
    _, search, compose = arrived[0]
    assert set(search.space["regime"].values) == {"healthy", "overfit", "underfit", "erratic"}
    assert search.space["seed"] == Range(0, 1)
    composed = compose({"regime": "erratic", "seed": 1})
    assert (composed.recipe.name, composed.regime.expect, composed.seed) == ("pairs", "erratic", 1)


def test_glob_tries_every_option_of_a_group(typed, arrived):
    typed("-m", "+regime=glob(*)")
    assert len(arrived[0][1].space["regime"].values) == 4


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["-m", "seed=3"], "nothing to sweep over"),
        (["-m", "+regime=glob(x*)"], "no value to choose from"),
        (["-m", "train.learning_rat=0.1,0.2"], "train.learning_rat"),
        (["-m", "regim=overfit,underfit"], "regim"),
        (["-m", "train.learning_rate=0.1,-0.2"], "train.learning_rate"),
        (["-m", "train.learning_rate=interval(1e-4,1e-1)"], "study.trials"),
        (["-m", "train.learning_rate=interval(1e-4,1e-1)", "sampler=grid"], "can't be enumerated by a grid"),
        (["-m", "train.learning_rate=interval(1e-4,1e-1)", "sampler=cmaes", "study.trials=3"], "sampler"),
        (["-m", "seed=0,1", "study.storage=nonsense://x"], "study.storage"),
        (["-m", "seed=0,1", "pruner.name=medain"], "pruner"),
        (["-m", "seed=0,1", "executor.workers=0"], "executor.workers"),
        (["-m", "seed=0,1", "study.objectives=[]"], "study.objectives"),
        (["-m", "seed=0,1", "study.max_consecutive_failures=-1"], "study.max_consecutive_failures"),
        (["-m", "seed=0,1", "recipe.sizes.train=-4"], "recipe.sizes.train"),
        (["-m", "seed=choice(1,"], "choice(1,"),
    ],
)
def test_a_bad_sweep_is_refused_in_one_line_and_leaves_nothing(typed, tmp_path, words, said):
    status, err = typed(*words)
    assert status == 2
    assert said in err
    assert "Traceback" not in err
    assert len(err.strip().splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_a_storage_that_cannot_be_opened_is_refused(typed, tmp_path):
    (tmp_path / "garbage.db").write_text("this is no database at all, and long enough to be looked at " * 20)
    status, err = typed("-m", "seed=0,1", f"study.storage=sqlite:///{tmp_path}/garbage.db")
    assert status == 2
    assert "can't be opened" in err
    assert len(err.strip().splitlines()) == 1


def test_a_study_of_another_config_or_program_is_refused(typed, tmp_path):
    storage = f"sqlite:///{tmp_path}/optuna.db"
    run(
        StudySettings("mine", storage=storage),
        {"seed": Range(0, 1)},
        TrialHooks(dict, lambda payload, handle: Outcome("COMPLETE", (1.0,))),
        tmp_path / "out" / "mine",
        fingerprint={"train.epochs": 3},
    )
    before = sorted(path.name for path in (tmp_path / "out" / "mine").iterdir())
    status, err = typed("-m", "seed=0,1", "study.name=mine", f"study.storage={storage}")
    assert status == 2
    assert "another config" in err
    assert "train.epochs: 3 -> " in err
    assert sorted(path.name for path in (tmp_path / "out" / "mine").iterdir()) == before
