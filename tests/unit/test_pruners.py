import math
from pathlib import Path
from typing import Any

import pytest
from helpers import objectives, studies

from sweep.errors import ConfigError
from sweep.executors.base import Handle, Outcome
from sweep.study import pruners
from sweep.study.run import StudyResult
from sweep.study.space import Choice, Range


def sweep(tmp_path: Path, space, objective=objectives.reports, **changes: Any) -> StudyResult:
    return studies.sweep(tmp_path, space, objective, **{"storage": "memory", **changes})


def steps(result: StudyResult) -> list[tuple[str, int]]:
    return [(trial.state, trial.info["steps"]) for trial in result.trials]


def test_none_prunes_nothing(tmp_path):
    assert steps(sweep(tmp_path, {"level": Range(0, 9)})) == [("COMPLETE", 10)] * 10


def test_median_prunes_the_worse_half(tmp_path):
    options = {"n_startup_trials": 4, "n_warmup_steps": 2}
    told = steps(sweep(tmp_path, {"level": Range(0, 9)}, pruner="median", pruner_options=options))
    assert told[:4] == [("COMPLETE", 10)] * 4
    assert told[4:] == [("PRUNED", 3)] * 6
    space = {"level": Choice(tuple(range(9, -1, -1)))}
    assert {s for s, _ in steps(sweep(tmp_path / "b", space, pruner="median", pruner_options=options))} == {"COMPLETE"}


@pytest.mark.parametrize("worst", ["nan", "inf"])
def test_median_goes_on_pruning_among_diverged_trials(tmp_path, worst):
    def told(params, handle):
        value = float(params["level"])
        for step in range(5):
            if handle.report(step, value):
                return Outcome("PRUNED", (value,), {"steps": step + 1})
        return Outcome("COMPLETE", (value,), {"steps": 5})

    space = {"level": Choice((worst, "1", "2", f"+{worst}", "3", "0.5"))}
    options = {"n_startup_trials": 3}
    storage = f"sqlite:///{tmp_path}/a.db"
    result = sweep(tmp_path, space, told, pruner="median", pruner_options=options, storage=storage)
    assert steps(result) == [*[("COMPLETE", 5)] * 3, ("PRUNED", 1), ("PRUNED", 1), ("COMPLETE", 5)]


def score(params: dict[str, Any], handle: Handle) -> Outcome:
    """A score to be maximised, which a study minimises with its sign turned."""
    for step in range(10):
        if handle.report(step, -params["level"]):
            return Outcome("PRUNED", info={"steps": step + 1})
    return Outcome("COMPLETE", (-float(params["level"]),), {"steps": 10})


def test_median_keeps_a_score_that_rises_from_trial_to_trial(tmp_path):
    how = {"pruner": "median", "pruner_options": {"n_startup_trials": 4}, "objectives": ("-val_acc",)}
    assert steps(sweep(tmp_path, {"level": Range(0, 9)}, score, **how)) == [("COMPLETE", 10)] * 10


def test_regime_prunes_the_hopeless_at_once_and_nobody_else(tmp_path):
    space = {"level": Range(1, 3), "hopeless_at": Choice((0, 6, 99))}
    told = steps(sweep(tmp_path, space, pruner="regime"))
    assert told == [("PRUNED", 1), ("PRUNED", 7), ("COMPLETE", 10)] * 3


def hopes(params: dict[str, Any], handle: Handle) -> Outcome:
    """Its level is what it comes to; until step 3 it may still come to anything."""
    for step in range(6):
        if handle.report(step, params["level"], optimistic_final=params["level"] if step >= 3 else -math.inf):
            return Outcome("PRUNED", (params["level"],), {"steps": step + 1})
    return Outcome("COMPLETE", (params["level"],), {"steps": 6})


def hopes_for_two(params: dict[str, Any], handle: Handle) -> Outcome:
    outcome = hopes(params, handle)
    return Outcome(outcome.state, outcome.values * 2, outcome.info)


def test_regime_prunes_what_does_not_come_to_the_best_so_far(tmp_path):
    space = {"level": Choice((2.0, 3.0, 1.0, 1.5, 0.5))}
    told = sweep(tmp_path, space, hopes, pruner="regime")
    assert steps(told) == [("COMPLETE", 6), ("PRUNED", 4), ("COMPLETE", 6), ("PRUNED", 4), ("COMPLETE", 6)]
    assert steps(sweep(tmp_path / "b", space, hopes)) == [("COMPLETE", 6)] * 5
    several = sweep(tmp_path / "c", space, hopes_for_two, pruner="regime", objectives=("val_loss", "-val_acc"))
    assert steps(several) == [("COMPLETE", 6)] * 5


def test_regime_knows_the_best_of_an_earlier_call(tmp_path):
    space, storage = {"level": Choice((1.0, 2.0))}, f"sqlite:///{tmp_path}/a.db"
    settings = {"pruner": "regime", "storage": storage, "sampler": "random", "seed": 1}
    first = sweep(tmp_path, space, hopes, trials=4, **settings)
    assert {trial.values for trial in first.trials} == {(1.0,), (2.0,)}
    again = sweep(tmp_path, space, hopes, trials=12, **settings)
    assert {(trial.values, trial.state) for trial in again.trials[4:]} == {((1.0,), "COMPLETE"), ((2.0,), "PRUNED")}


def test_others_do_not_heed_a_lost_trial(tmp_path):
    assert steps(sweep(tmp_path, {"level": Range(1, 1), "hopeless_at": Choice((3,))})) == [("COMPLETE", 10)]


def jittery(params: dict[str, Any], handle: Handle) -> Outcome:
    """Falls and jumps; the diagnosis calls it lost only where it has diverged."""
    for step in range(20):
        value = 1 / (step + 1) + params["jitter"] * (step % 2)
        if step > 10 and params["jitter"] < 0:
            value = math.inf
        if handle.report(step, value, hopeless=not math.isfinite(value)):
            return Outcome("PRUNED", info={"steps": step + 1})
    return Outcome("COMPLETE", (value,), {"steps": 20})


def test_regime_keeps_what_is_merely_jittery_where_median_does_not(tmp_path):
    space = {"jitter": Choice((0.01, 0.0, 0.02, 0.03, 0.04, 5.0, -1.0))}
    regime = steps(sweep(tmp_path / "r", space, jittery, pruner="regime"))
    median = steps(sweep(tmp_path / "m", space, jittery, pruner="median", pruner_options={"n_startup_trials": 2}))
    assert regime == [("COMPLETE", 20)] * 6 + [("PRUNED", 12)]
    assert median[5][0] == "PRUNED"


def test_regime_beside_another_rule(tmp_path):
    space = {"level": Range(0, 5), "hopeless_at": Choice((8, 99))}
    options = {"wrapped": "median", "n_startup_trials": 2}
    told = steps(sweep(tmp_path, space, pruner="regime", pruner_options=options))
    assert told[0] == ("PRUNED", 9)
    assert told[1] == ("COMPLETE", 10)
    assert told[-1] == ("PRUNED", 1)


def rising(params: dict[str, Any], handle: Handle) -> Outcome:
    for step in range(10):
        if handle.report(step, params["level"] + step * params["slope"]):
            return Outcome("PRUNED", info={"steps": step + 1})
    return Outcome("COMPLETE", (float(params["level"]),), {"steps": 10})


def test_patient_waits_for_its_rule(tmp_path):
    space = {"level": Range(0, 3), "slope": Choice((-0.1, 0.1))}
    options = {"wrapped": "median", "n_startup_trials": 2, "patience": 4}
    told = steps(sweep(tmp_path, space, rising, pruner="patient", pruner_options=options))
    assert told[2::2] == [("COMPLETE", 10)] * 3  # worse than the median, but still falling
    assert told[3::2] == [("PRUNED", 6)] * 3


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("percentile", {"percentile": 25.0, "n_startup_trials": 2}),
        ("hyperband", {"min_resource": 1, "max_resource": 9}),
        ("successive_halving", {"min_resource": 1, "reduction_factor": 2}),
        ("threshold", {"upper": 4.5}),
        ("wilcoxon", {"p_threshold": 0.1}),
    ],
)
def test_optunas_pruners_by_name(tmp_path, name, options):
    result = sweep(tmp_path, {"level": Range(0, 9)}, pruner=name, pruner_options=options)
    states = [trial.state for trial in result.trials]
    assert len(states) == 10
    assert states[0] == "COMPLETE"
    assert "PRUNED" in states


def test_several_objectives_have_no_comparing_pruner(tmp_path):
    with pytest.raises(ConfigError, match="pruner is median, which compares one objective"):
        pruners.pruner("median", {}, objectives=2)

    def two(params, handle):
        if handle.report(0, 1.0, hopeless=params["level"] > 1):
            return Outcome("PRUNED")
        return Outcome("COMPLETE", (1.0, 2.0))

    told = sweep(tmp_path, {"level": Range(0, 3)}, two, pruner="regime", objectives=("val_loss", "-val_acc"))
    assert [trial.state for trial in told.trials] == ["COMPLETE"] * 2 + ["PRUNED"] * 2


def test_unknown_names_and_options_are_refused():
    with pytest.raises(ConfigError, match="pruner is 'medain', but must be one of none, median"):
        pruners.pruner("medain", {})
    for name in pruners.NAMES:
        with pytest.raises(ConfigError, match=r"pruner\.options are .*no_such_option.*refuses"):
            pruners.pruner(name, {"no_such_option": 1})


def test_a_trial_that_diverged_sets_no_mark_for_the_others_of_a_resumed_study(tmp_path):
    space, storage = {"level": Choice((math.nan, 1.0, 2.0))}, f"sqlite:///{tmp_path}/a.db"
    how = {"pruner": "regime", "storage": storage}
    assert len(sweep(tmp_path, space, hopes, trials=2, **how).trials) == 2
    assert [trial.state for trial in sweep(tmp_path, space, hopes, trials=3, **how).trials][2] == "PRUNED"
