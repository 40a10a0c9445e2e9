"""The chance of a better loss, and the stops that follow from it."""

import numpy as np
import pytest
from helpers.histories import plausible
from hypothesis import given, settings

from sweep.curves import Curves
from sweep.diagnosis import replay
from sweep.diagnosis.evaluations import Evaluations
from sweep.diagnosis.series import prepare_series
from sweep.diagnosis.stopping import chance_of_better, is_idle

RNG = np.random.default_rng(9)


def chance(val, train) -> float:
    evaluations = Evaluations()
    for step, (v, t) in enumerate(zip(val, train, strict=True)):
        evaluations.add(step, {"train_loss": t, "val_loss": v})
    return chance_of_better(evaluations.losses())


def drawn(points: int, rise: float, sigma: float) -> tuple[np.ndarray, np.ndarray]:
    """Validation that falls and rises, and training that falls on."""
    time = np.linspace(0, 1, points)
    val = 0.5 + np.exp(-RNG.uniform(6, 12) * time) + rise * time + sigma * RNG.normal(size=points)
    return np.exp(-6 * time) + 0.3 * (1 - time) + 0.02, val


def test_a_run_past_its_best_has_less_of_a_chance_than_one_on_its_way() -> None:
    time = np.linspace(0, 1, 20)
    train = np.exp(-4 * time)
    assert chance(0.5 + np.exp(-2 * time), train) > 0.6
    assert chance(0.5 + np.exp(-20 * time) + time, train) < 0.02


def test_too_few_evaluations_tell_nothing() -> None:
    assert chance([1.0, 2.0, 3.0, 4.0], [1.0, 0.5, 0.2, 0.1]) == 1.0


@pytest.mark.parametrize("points", [30, 100, 300])
@pytest.mark.parametrize("sigma", [0.002, 0.02])
def test_stops_keep_the_best(points: int, sigma: float) -> None:
    stopped, kept = 0, 0
    for rise in (0.3, 0.5, 1.0) * 10:
        train, val = drawn(points, rise, sigma)
        at = replay(Curves.of(train_loss=train, val_loss=val)).stop_at
        if at is not None:
            stopped += 1
            kept += val[: at + 1].min() <= 1.01 * val.min()
    assert stopped >= 28
    assert kept >= 0.98 * stopped


@pytest.mark.parametrize("points", [30, 100, 300])
def test_runs_that_improve_to_their_end_are_not_stopped(points: int) -> None:
    time = np.linspace(0, 1, points)
    for _ in range(20):
        val = 0.3 + 2.0 / (1 + RNG.uniform(2, 30) * time) + 0.01 * RNG.normal(size=points)
        assert replay(Curves.of(train_loss=val - 0.05, val_loss=val)).stop_at is None


def test_a_noisy_plateau_is_seldom_stopped() -> None:
    stops = 0
    for _ in range(20):
        time = np.linspace(0, 1, 60)
        val = 0.4 + 1.5 * np.exp(-10 * time) + 0.04 * RNG.normal(size=60)
        stops += replay(Curves.of(train_loss=1.5 * np.exp(-10 * time) + 0.35, val_loss=val)).stop_at is not None
    assert stops <= 1


@settings(max_examples=25, deadline=None)
@given(plausible())
def test_units_change_no_chance(curves: Curves) -> None:
    train, val = curves["train_loss"].values, curves["val_loss"].values
    points = min(train.size, val.size)
    if points:
        here, there = chance(val[:points], train[:points]), chance(1e-4 * val[:points], 1e-4 * train[:points])
        assert here == pytest.approx(there, rel=1e-5)


def test_idle_is_every_series_standing_still() -> None:
    still, moving = np.concatenate([np.linspace(2, 1, 10), np.ones(20)]), np.linspace(2, 1, 30)
    assert is_idle(prepare_series(Curves.of(train_loss=still, val_loss=still)))
    assert not is_idle(prepare_series(Curves.of(train_loss=moving, val_loss=still)))
    assert not is_idle(prepare_series(Curves.of(train_loss=still[:15], val_loss=still[:15])))
