"""The monitor: what a run is told while it trains, and the replay of a finished one."""

import warnings

import numpy as np
import pytest
from helpers.histories import anything, changed, plausible
from hypothesis import HealthCheck, given, settings

from sweep.curves import Curves, Series
from sweep.diagnosis import Monitor, diagnose, replay

GRID = np.linspace(0, 1, 300)
RNG = np.random.default_rng(0)
JITTER = RNG.normal(size=300)


def watch(train: np.ndarray, val: np.ndarray) -> Monitor:
    monitor = Monitor()
    for step, (a, b) in enumerate(zip(train, val, strict=True)):
        monitor.add(step, {"train_loss": a, "val_loss": b})
    return monitor


def test_an_overfit_run_is_stopped_soon_after_its_best_point() -> None:
    train = 2.0 * np.exp(-12 * GRID)
    val = 0.5 + 1.5 * np.exp(-25 * GRID) + 0.8 * GRID + 0.01 * JITTER
    said = replay(Curves.of(train_loss=train, val_loss=val))
    assert said.best_at == int(np.argmin(val))
    assert said.stop_at is not None
    assert said.best_at < said.stop_at <= said.best_at + 60
    assert [alert.name for alert in said.alerts].count("validation_rose") <= 1
    assert said.alerts[-1].name == "stop"
    assert "keep the weights" in said.alerts[-1].text


def past_its_best(points: int = 60) -> tuple[np.ndarray, np.ndarray]:
    time = np.linspace(0, 1, points)
    return np.exp(-8 * time), 0.5 + np.exp(-25 * time) + 0.5 * time


def test_a_stop_says_what_to_keep_and_how_likely_a_better_loss_is() -> None:
    train, val = past_its_best()
    monitor = watch(train, val)
    assert monitor.hopeless
    assert monitor.alerts[-1].name == "stop" or "stop" in {alert.name for alert in monitor.alerts}
    text = next(alert.text for alert in monitor.alerts if alert.name == "stop")
    assert f"keep the weights of step {int(np.argmin(val))}" in text
    assert "has a chance of" in text


def test_the_usual_names_are_understood() -> None:
    ours, theirs = Monitor(), Monitor()
    for step, (train, val) in enumerate(zip(*past_its_best(), strict=True)):
        ours.add(step, {"train_loss": train, "val_loss": val, "val_acc": 0.5, "batch_loss": train})
        theirs.add(step, {"train/loss": train, "eval_loss": val, "val/accuracy": 0.5, "loss": train, "lr": None})
    assert {name: ours.curves[name] for name in ours.curves} == {name: theirs.curves[name] for name in theirs.curves}
    assert ours.alerts == theirs.alerts


def test_a_validation_set_comes_before_a_test_set() -> None:
    monitor = Monitor()
    monitor.add(1, {"val_loss": 2.0, "test_loss": 3.0})
    monitor.add(2, {"test_loss": 1.0})
    assert monitor.curves["val_loss"].values.tolist() == [2.0, 1.0]


def test_an_unknown_name_or_setting_is_refused() -> None:
    with pytest.raises(ValueError, match=r"'vla_loss'.*'val_loss'"):
        Monitor().add(1, {"vla_loss": 1.0})
    with pytest.raises(ValueError, match=r"stop_by 'wer'.*'loss' or 'metric'"):
        Monitor(stop_by="wer")  # type: ignore[arg-type]


def with_a_metric(monitor: Monitor, accuracy: np.ndarray) -> int | None:
    for step, (train, val) in enumerate(zip(*past_its_best(), strict=True)):
        monitor.add(step, {"train_loss": train, "val_loss": val, "val_acc": accuracy[step]})
        if monitor.should_stop:
            return step
    return None


def test_no_stop_at_the_best_of_a_metric_and_a_quieter_one_while_it_improves() -> None:
    rising = np.linspace(0.5, 0.9, 60)
    assert with_a_metric(Monitor(), rising) is None  # a new best at each evaluation
    rising[1::2] -= 0.02
    monitor = Monitor()
    at = with_a_metric(monitor, rising)
    assert at is not None
    assert at % 2 == 1
    text = monitor.alerts[-1].text
    assert text.startswith("by the loss alone")
    assert "by acc" in text


def test_a_stop_by_the_metric_waits_until_it_no_longer_improves() -> None:
    levelled = np.minimum(np.linspace(0.5, 1.3, 60), 0.9)
    plain, patient = with_a_metric(Monitor(), levelled), with_a_metric(Monitor(stop_by="metric"), levelled)
    assert plain is not None
    assert patient is not None
    assert plain < int(np.argmax(levelled)) + 2 < patient


def test_jitter_is_not_lost() -> None:
    val = 0.4 + 1.5 * np.exp(-10 * GRID) + 0.1 * JITTER
    assert not watch(1.5 * np.exp(-10 * GRID) + 0.35, val).hopeless


def test_the_optimistic_final_is_hopeful_but_not_boundless() -> None:
    grid, half = GRID[::15], 10
    falling, settled = 0.3 + 2.0 * np.exp(-4 * grid), 0.9 + 1.4 * np.exp(-20 * grid)
    hope = watch(falling[:half], falling[:half]).optimistic_final(half / grid.size)
    assert hope < falling[-1] < falling[half - 1]
    assert abs(watch(settled[:half], settled[:half]).optimistic_final(half / grid.size) - 0.9) < 0.1
    scaled = watch(5 * settled[:half], 5 * settled[:half]).optimistic_final(half / grid.size)
    assert np.isclose(scaled, 5 * watch(settled[:half], settled[:half]).optimistic_final(half / grid.size))
    flat = np.full(half, 0.69)
    assert watch(flat, flat).optimistic_final(0.5) == -np.inf  # it may begin to learn any time
    assert watch(settled[:5], settled[:5]).optimistic_final(0.25) == -np.inf


def test_a_run_that_improves_to_its_end_is_never_stopped() -> None:
    val = 0.3 + 2.0 / (1 + 20 * GRID) + 0.02 * JITTER
    monitor = watch(0.25 + 2.0 / (1 + 22 * GRID), val)
    assert not monitor.should_stop


def test_keep_going_where_patience_would_have_stopped() -> None:
    val = 2.0 - 1.0 * GRID[:100] * 3 + 0.06 * JITTER[:100]
    monitor = watch(2.0 - 3.0 * GRID[:100], val)
    assert "keep_going" in {alert.name for alert in monitor.alerts}
    assert not monitor.hopeless


def test_each_finding_is_reported_once() -> None:
    train = 2.0 * np.exp(-12 * GRID)
    monitor = watch(train, 0.5 + 1.5 * np.exp(-25 * GRID) + 0.8 * GRID)
    names = [alert.name for alert in monitor.alerts if alert.name != "keep_going"]
    assert len(names) == len(set(names))
    assert monitor.diagnosis == diagnose(
        Curves.of(train_loss=train, val_loss=0.5 + 1.5 * np.exp(-25 * GRID) + 0.8 * GRID)
    )


def test_nan_that_stays_is_lost_and_one_missing_point_is_not() -> None:
    monitor = Monitor()
    for step in range(10):
        monitor.add(step, {"train_loss": 1 / (step + 1), "val_loss": 1 / (step + 1)})
    monitor.add(10, {"val_loss": float("nan")})
    assert not monitor.hopeless
    for step in range(11, 14):
        monitor.add(step, {"batch_loss": float("nan")})
    assert monitor.hopeless
    assert {"diverged", "stop"} <= {alert.name for alert in monitor.alerts}


def test_a_validation_loss_that_stays_nan_is_lost_beside_finite_training() -> None:
    monitor = Monitor()
    for step in range(60):
        monitor.add(step, {"loss": 1 / (step + 1)})
        if step % 5 == 0:
            monitor.add(step, {"eval_loss": 1 / (step + 1) if step < 30 else float("nan")})
    assert monitor.hopeless
    stop = next(alert for alert in monitor.alerts if alert.name == "stop")
    assert stop.step == 40


def test_training_alone_that_diverges_is_lost() -> None:
    monitor = Monitor()
    for step in range(400):
        monitor.add(step, {"loss": 2.0 if step < 100 else 2.0 * 1.05 ** (step - 100)})
    assert "diverged" in {alert.name for alert in monitor.alerts}
    assert monitor.hopeless


def test_training_alone_that_learns_is_left_alone() -> None:
    monitor = Monitor()
    for step in range(400):
        monitor.add(step, {"loss": 2.0 * np.exp(-step / 100) + 0.3 + 0.2 * JITTER[step % 300]})
    assert not monitor.alerts


def test_a_collapsed_run_is_lost() -> None:
    curve = np.r_[2.3, 1.7, 2.9, 3.4, np.full(16, 2.31)]
    assert watch(curve, curve).hopeless


def test_nothing_left_to_gain() -> None:
    curve = np.r_[2.0 * np.exp(-np.arange(40.0)), np.zeros(60)] + 1.0
    said = replay(Curves.of(train_loss=curve, val_loss=curve))
    assert said.stop_at is not None
    assert "nothing is left to gain" in said.alerts[-1].text


def test_before_anything_was_fed() -> None:
    monitor = Monitor()
    assert (monitor.hopeless, monitor.should_stop, monitor.diagnosis.regime) == (False, False, "inconclusive")
    assert monitor.add(1, {"batch_loss": 1.0}) == []


def test_replay_without_validation_has_no_indices() -> None:
    said = replay(Curves.of(train_loss=[1.0, 0.5, 0.2]))
    assert (said.stop_at, said.best_at) == (None, None)


def test_replay_takes_grids_apart() -> None:
    steps = np.arange(1, 2001)
    curves = Curves(
        {
            "batch_loss": Series(steps, 2 * np.exp(-steps / 150)),
            "val_loss": Series(steps[99::100], 0.5 + np.exp(-steps[99::100] / 100) + steps[99::100] / 1000),
        }
    )
    said = replay(curves)
    assert said.stop_at is not None
    assert said.best_at is not None
    assert said.best_at < said.stop_at < 20


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(anything())
def test_whatever_is_fed_nothing_raises_and_nothing_warns(curves: Curves) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        replay(curves)


@settings(max_examples=40, deadline=None)
@given(plausible())
def test_units_change_no_stop(curves: Curves) -> None:
    assert replay(curves).stop_at == replay(changed(curves, 5.0, 60.0)).stop_at
