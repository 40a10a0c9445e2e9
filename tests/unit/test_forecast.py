"""The forecast of the validation loss and the lowest loss that a run may still reach."""

import math

import numpy as np
import pytest
from helpers.histories import plausible
from hypothesis import given, settings

from sweep.curves import Curves, Series
from sweep.diagnosis.evaluations import Evaluations
from sweep.diagnosis.forecast import Forecast, expected_gain, optimistic_final
from sweep.diagnosis.series import prepare_series
from sweep.diagnosis.trend import extrapolate

RNG = np.random.default_rng(2)
TIME = np.arange(1, 41) / 20  # twice the run that is seen
HALF = slice(0, 20)


def foretold(val, train) -> Forecast:
    found = expected_gain(prepare_series(Curves.of(val_loss=val[HALF], train_loss=train[HALF])))
    assert found is not None
    return found


def test_a_falling_loss_falls_on_and_a_rising_one_rises_on() -> None:
    falling = 0.3 + 2 / (1 + 6 * TIME)
    assert foretold(falling, falling - 0.02).gain > 0
    rising = 0.5 + np.exp(-9 * TIME) + 0.5 * TIME
    assert foretold(rising, np.exp(-3 * TIME)).gain < 0


def test_the_error_covers_most_of_what_comes() -> None:
    """On curves as fine-tuning makes them, drawn afresh: rises that slow down, training that falls on."""
    within = []
    for _ in range(150):
        fall, rise, sigma = RNG.uniform(2, 12), RNG.choice([0, 0.2, 0.6]), RNG.choice([0.003, 0.03])
        climb = rise * (1 - np.exp(-1.5 * TIME))
        val = 0.5 + np.exp(-fall * TIME) + climb + sigma * RNG.normal(size=40)
        train = np.exp(-0.5 * fall * TIME) + 0.05
        gain, error = foretold(val, train)
        came = np.median(val[17:20]) - np.median(val[-3:])
        within.append(abs(gain - came) <= 2 * error)
    assert np.mean(within) > 0.8


@settings(max_examples=30, deadline=None)
@given(plausible())
def test_a_forecast_is_in_the_unit_of_the_loss(curves: Curves) -> None:
    def scaled(factor: float) -> Forecast | None:
        series = {name: Series(s.steps, np.abs(s.values) * factor) for name, s in curves.series.items()}
        return expected_gain(prepare_series(Curves(series)))

    one, thousand = scaled(1.0), scaled(1000.0)
    if one is None or thousand is None:
        assert one is thousand
        return
    assert thousand.gain == pytest.approx(1000 * one.gain, rel=1e-6, abs=1e-6)
    assert thousand.error == pytest.approx(1000 * one.error, rel=1e-6)


def test_what_can_not_be_told() -> None:
    val = [1.0, 0.8, 0.7, 0.65]
    assert expected_gain(prepare_series(Curves.of(val_loss=val))) is None
    assert expected_gain(prepare_series(Curves.of(train_loss=val * 5))) is None
    assert expected_gain(prepare_series(Curves.of(val_acc=val * 5))) is None
    assert expected_gain(prepare_series(Curves.of(val_loss=[*val, 0.6, math.nan, math.nan]))) is None


def test_an_extrapolation_that_is_known_is_not_made_again() -> None:
    series = prepare_series(Curves.of(val_loss=0.3 + np.exp(-3 * TIME), train_loss=np.exp(-3 * TIME)))
    fall, _ = extrapolate(series.time, series.val)
    assert expected_gain(series, fall) == expected_gain(series)
    assert expected_gain(series, 0.0) != expected_gain(series)


def seen(values) -> Evaluations:
    evaluations = Evaluations()
    for step, value in enumerate(values):
        evaluations.add(step, {"val_loss": value, "train_loss": value})
    return evaluations


def test_the_lowest_final_loss_is_hopeful_but_not_boundless() -> None:
    grid = np.linspace(0, 1, 20)
    falling, settled = 0.3 + 2.0 * np.exp(-4 * grid), 0.9 + 1.4 * np.exp(-20 * grid)
    assert optimistic_final(seen(falling[:10]).losses(), 0.5) < falling[-1]
    assert optimistic_final(seen(settled[:10]).losses(), 0.5) == pytest.approx(0.9, abs=0.1)
    lifted = optimistic_final(seen(settled[:10] - 5).losses(), 0.5)
    assert lifted == pytest.approx(0.9 - 5, abs=0.2)
    assert optimistic_final(seen(np.full(10, 0.69)).losses(), 0.5) == -math.inf  # it may begin to learn any time
    assert optimistic_final(seen(settled[:5]).losses(), 0.25) == -math.inf
