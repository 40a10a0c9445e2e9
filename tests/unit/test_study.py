import json
import math

import optuna
import pytest
from helpers import objectives
from helpers.studies import Cut, states, study, sweep

from sweep.errors import ConfigError
from sweep.executors.base import Handle, Outcome
from sweep.executors.inline import Inline
from sweep.study.events import Began, Ended, Event, Opened, Reported
from sweep.study.space import Choice, Interval, Range


def test_grid_is_enumerated_in_order_each_point_once(tmp_path):
    space = {"b": Choice(("u", "v")), "x": Range(1, 3)}
    result = sweep(tmp_path, space)
    assert [(r.params["b"], r.params["x"]) for r in result.trials] == [(b, x) for b in "uv" for x in (1, 2, 3)]
    assert [r.number for r in result.trials] == list(range(6))
    assert [r.values for r in result.trials] == [(1.0,), (4.0,), (9.0,)] * 2
    assert sorted(p.name for p in (tmp_path / "s").glob("*/")) == [f"{i:03d}" for i in range(6)]


def test_empty_space_is_one_trial(tmp_path):
    result = sweep(tmp_path, {}, lambda payload, handle: Outcome("COMPLETE", (1.0,)))
    assert states(result) == ["COMPLETE"]
    assert result.total == 1


def test_finished_trials_never_run_again(tmp_path):
    ran = []

    def count(params, handle):
        ran.append(params["x"])
        return objectives.square(params, handle)

    first = sweep(tmp_path, objective=count)
    again = sweep(tmp_path, objective=count)
    assert ran == [0, 1, 2, 3, 4]
    assert again == first


def test_total_can_grow(tmp_path):
    space = {"x": Interval(0, 1)}
    first = sweep(tmp_path, space, trials=3, sampler="random")
    more = sweep(tmp_path, space, trials=5, sampler="random")
    assert more.trials[:3] == first.trials
    assert len(more.trials) == 5


def test_failed_pruned_and_complete_count_towards_the_total(tmp_path):
    def mixed(params, handle):
        if params["x"] == 0:
            raise RuntimeError("no luck")
        return Outcome("PRUNED" if params["x"] == 1 else "COMPLETE", (1.0,) if params["x"] > 1 else ())

    assert states(sweep(tmp_path, objective=mixed)) == ["FAIL", "PRUNED", "COMPLETE", "COMPLETE", "COMPLETE"]
    assert states(sweep(tmp_path, objective=objectives.square)) == states(sweep(tmp_path, objective=mixed))


def test_an_interrupted_attempt_is_reaped_and_done_again_under_its_index(tmp_path):
    def leave(job):
        (job.directory / "half").touch()
        (job.directory / "checkpoint").mkdir()
        (job.directory / "checkpoint" / "weights").write_text("w")

    closed = []
    with pytest.raises(KeyboardInterrupt):
        sweep(
            tmp_path, executor=Cut(2, leave), abandon=lambda directory, status: closed.append((directory.name, status))
        )
    assert closed == [("002", "KILLED")]
    assert (tmp_path / "s" / "002" / "half").exists(), "what it left stays where it is until it is done again"

    result = sweep(tmp_path)
    assert states(result) == ["COMPLETE"] * 5
    assert [r.attempts for r in result.trials] == [1, 1, 2, 1, 1]
    assert [r.params["x"] for r in result.trials] == [0, 1, 2, 3, 4]
    assert (tmp_path / "s" / ".attempts" / "2.1" / "half").exists()
    assert not (tmp_path / "s" / "002" / "half").exists()
    assert (tmp_path / "s" / "002" / "checkpoint" / "weights").read_text() == "w"
    assert len(list((tmp_path / "s").glob("*/done"))) == 5
    trials = study(tmp_path).trials
    assert [t.user_attrs.get("reaped") for t in trials].count(True) == 1
    assert not [t for t in trials if not t.state.is_finished()]


def test_a_committed_result_is_told_not_done_again(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        sweep(
            tmp_path,
            executor=Cut(1, lambda job: objectives.commit(Handle(job.number, job.directory), 42.0)),
            recover=objectives.recover,
        )
    result = sweep(tmp_path, recover=objectives.recover)
    assert [r.values[0] for r in result.trials] == [0.0, 42.0, 4.0, 9.0, 16.0]
    assert {r.attempts for r in result.trials} == {1}


@pytest.mark.parametrize("asked", [{}, {"x": 1}], ids=["before its parameters", "with its parameters"])
def test_a_trial_left_running_in_the_storage_is_reaped(tmp_path, asked):
    # What a SIGKILL right after the ask leaves: a running trial without a folder.
    with pytest.raises(KeyboardInterrupt):
        sweep(tmp_path, executor=Cut(1))
    study(tmp_path).add_trial(
        optuna.trial.create_trial(
            state=optuna.trial.TrialState.RUNNING,
            params=asked,
            distributions={name: optuna.distributions.IntDistribution(0, 4) for name in asked},
            user_attrs={"index": 1, "attempt": 2},
        )
    )
    result = sweep(tmp_path)
    assert [r.params["x"] for r in result.trials] == [0, 1, 2, 3, 4]
    assert [r.attempts for r in result.trials] == [1, 3, 1, 1, 1]
    assert not [t for t in study(tmp_path).trials if not t.state.is_finished()]


@pytest.mark.parametrize("sampler", ["random", "qmc", "tpe", "cmaes", "gp", "nsgaii"])
def test_resumed_suggests_as_uninterrupted(tmp_path, sampler):
    space = {"x": Interval(1e-3, 1, log=True), "y": Interval(1, 64, whole=True)}
    options = {"n_startup_trials": 3} if sampler in ("tpe", "cmaes", "gp") else {}
    if sampler == "nsgaii":
        options = {"population_size": 4}
    total, cuts = (5, (3, 1)) if sampler == "gp" else (9, (2, 1, 2))  # slow at each suggestion
    keywords = {"sampler": sampler, "sampler_options": options, "seed": 7, "trials": total}
    whole = sweep(tmp_path, space, name="whole", **keywords)
    for after in cuts:
        with pytest.raises(KeyboardInterrupt):
            sweep(tmp_path, space, name="cut", executor=Cut(after), **keywords)
    resumed = sweep(tmp_path, space, name="cut", **keywords)
    assert [r.params for r in resumed.trials] == [r.params for r in whole.trials]
    assert sum(r.attempts for r in resumed.trials) == total + len(cuts)
    other = sweep(tmp_path, space, name="other", **{**keywords, "seed": 8, "trials": 2})
    assert [r.params for r in other.trials] != [r.params for r in whole.trials[:2]]


def test_nan_is_a_result_told_as_the_worst(tmp_path):
    def diverge(params, handle):
        return Outcome("COMPLETE", (math.nan,), {"at": 3})

    result = sweep(tmp_path, {"x": Range(0, 0)}, diverge)
    assert result.trials[0].state == "COMPLETE"
    assert math.isnan(result.trials[0].values[0])
    assert study(tmp_path).trials[0].value == math.inf


def test_a_pruned_trial_keeps_the_value_it_reached(tmp_path):
    def reached(params, handle):
        for step, value in enumerate((3.0, 1.0, 2.0)):
            handle.report(step, value)
        return Outcome("PRUNED", (1.0,))

    first = sweep(tmp_path, {"x": Range(0, 0)}, reached)
    assert first.trials[0].values == (1.0,)
    assert sweep(tmp_path, {"x": Range(0, 0)}, reached) == first
    assert study(tmp_path).trials[0].value == 2.0


def test_exception_is_a_failure_with_its_traceback(tmp_path):
    result = sweep(tmp_path, {"do": Choice(("raise", "short", "wrong", "fine"))}, objectives.troubled)
    assert states(result) == ["FAIL", "FAIL", "FAIL", "COMPLETE"]
    text = (tmp_path / "s" / "000" / "error.txt").read_text()
    assert "Traceback" in text
    assert "RuntimeError: no luck" in text
    assert "0 values" in (tmp_path / "s" / "001" / "error.txt").read_text()
    assert result.trials[0].info["error"] == "RuntimeError: no luck"
    assert not (tmp_path / "s" / "003" / "error.txt").exists()


def test_stops_after_failures_in_a_row_and_goes_on_when_called_again(tmp_path):
    def failing(params, handle):
        if params["x"] != 2:
            raise RuntimeError("no luck")
        return Outcome("COMPLETE", (1.0,))

    space = {"x": Range(0, 9)}
    result = sweep(tmp_path, space, failing, max_consecutive_failures=3)
    assert states(result) == ["FAIL", "FAIL", "COMPLETE", "FAIL", "FAIL", "FAIL"]
    assert "3 trials failed in a row" in result.stopped
    assert "005/error.txt" in result.stopped
    assert states(sweep(tmp_path, space))[6:] == ["COMPLETE"] * 4


def test_several_objectives(tmp_path):
    result = sweep(tmp_path, objective=objectives.pair, objectives=("val_loss", "-val_acc"))
    assert result.trials[3].values == (3.0, 6.0)
    assert len(study(tmp_path).best_trials) == 1


def test_bad_parameters_met_later_are_that_trials_failure(tmp_path):
    def prepare(params):
        if 0.2 < params["x"] < 0.8:
            raise ConfigError("x", "too much in the middle")
        return params

    result = sweep(
        tmp_path, {"x": Interval(0, 1)}, prepare=prepare, trials=6, sampler="qmc", max_consecutive_failures=0
    )
    assert len(result.trials) == 6
    for trial in result.trials:
        assert (trial.state == "FAIL") == (0.2 < trial.params["x"] < 0.8)
    assert "FAIL" in states(result)
    assert "too much in the middle" in next((tmp_path / "s").glob("*/error.txt")).read_text()


def test_sqlite_is_made_with_its_folder_and_resumes(tmp_path):
    url = f"sqlite:///{tmp_path}/deep/optuna.db"
    sweep(tmp_path, {"x": Interval(0, 1)}, trials=2, sampler="random", storage=url)
    assert len(sweep(tmp_path, {"x": Interval(0, 1)}, trials=3, sampler="random", storage=url).trials) == 3


def test_trials_side_by_side_in_a_database(tmp_path):
    class Together:
        """Takes every job before the first is finished."""

        def run(self, objective, next_job, on_report, on_done):
            for job in list(iter(next_job, None)):
                on_done(job, objective(job.payload, Handle(job.number, job.directory, job.attempt)))

    url = f"sqlite:///{tmp_path}/optuna.db"
    result = sweep(tmp_path, executor=Together(), trials=5, sampler="tpe", storage=url)
    assert states(result) == ["COMPLETE"] * 5


def test_the_listener_gets_every_event_in_order(tmp_path):
    events: list[Event] = []
    sweep(tmp_path, {"level": Range(1, 2)}, objectives.reports, listener=events.append)
    assert isinstance(events[0], Opened)
    assert events[0].total == 2
    assert [type(e) for e in events[1:13]] == [Began, *[Reported] * 10, Ended]
    assert events[2].report.share == pytest.approx(0.1)
    assert events[12].trial.info == {"steps": 10}


def test_info_is_kept_in_optuna_as_user_attributes(tmp_path):
    sweep(tmp_path)
    assert [t.user_attrs["twice"] for t in study(tmp_path).trials] == [0, 2, 4, 6, 8]


def test_inline_passes_ctrl_c(tmp_path):
    def stop(params, handle):
        if params["x"] == 1:
            raise KeyboardInterrupt
        return Outcome("COMPLETE", (json.loads("1"),))

    with pytest.raises(KeyboardInterrupt):
        sweep(tmp_path, objective=stop, executor=Inline())
    assert not [t for t in study(tmp_path).trials if not t.state.is_finished()]
    assert len(sweep(tmp_path).trials) == 5
