"""The measures behind forecasts and stops, against slow computations; and their models."""

import math

import numpy as np
import pytest

from sweep.diagnosis.noise import noise
from sweep.diagnosis.prospect import Prospect, measure_prospect
from sweep.diagnosis.prospect_models import Additive, Term, models
from sweep.diagnosis.trend import extrapolate

RNG = np.random.default_rng(11)
NOTHING = np.zeros(0)


def a_run(points: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    time = np.arange(1, points + 1) / points
    val = 0.5 + np.exp(-9 * time) + 0.6 * time + 0.01 * RNG.normal(size=points)
    return val, np.exp(-5 * time) + 0.1, time


@pytest.mark.parametrize("points", [4, 5, 12, 60, 300])
def test_against_slow_computations(points: int) -> None:
    val, train, time = a_run(points)
    found = measure_prospect(val, train, time)
    best_at, best = int(np.argmin(val)), val.min()
    level, since = np.median(val[-3:]), points - 1 - best_at
    sigma = max(noise(val), noise(val[points // 2 :]))
    late = val[points - 1 - since // 2 :]
    tail = val[-max(4, since + 1) :]
    slope = np.polyfit(np.arange(tail.size), tail, 1)[0]
    around = slice(max(min(best_at - 1, points - 3), 0), max(min(best_at - 1, points - 3), 0) + 3)
    fall = extrapolate(time, val)[0]
    assert found.rise == pytest.approx(np.log(level / best))
    assert found.rise_z == pytest.approx(np.log1p((level - best) / (sigma + 1e-6 * best)))
    assert found.since_best == pytest.approx(since / points)
    assert found.clearance == pytest.approx(min(np.log(late.min() / best) / max(sigma / level, 1e-4), 6))
    assert found.slope_since == pytest.approx(np.clip(slope * tail.size / best, -2, 2))
    assert found.promised == pytest.approx(np.log1p(fall / best))
    assert found.aim == pytest.approx((level - fall) / best - 1)
    assert found.train_fell == pytest.approx(np.log(np.median(train[around]) / np.median(train[-3:])))
    assert found.gap == pytest.approx(np.log(level / np.median(train[-3:])))
    assert measure_prospect(val, train, time, fall) == pytest.approx(found)


def test_the_wait_against_a_loop() -> None:
    for _ in range(20):
        val = np.abs(np.cumsum(RNG.normal(size=30))) + 1
        record, waits = 0, []
        for at in range(1, val.size):
            if val[at] < 0.99 * val[:at].min():
                waits.append(at - record)
                record = at
        expected = np.log((val.size - record) / (max(waits, default=1) + 1))
        assert measure_prospect(val, NOTHING, np.arange(1, 31) / 30).wait == pytest.approx(expected)


def test_the_slope_in_its_own_errors() -> None:
    val = np.concatenate([[3.0, 1.0], 1.7 + 0.02 * np.arange(1, 30) + 0.2 * RNG.normal(size=29)])
    tail = val[1:]
    (slope, _), covariance = np.polyfit(np.arange(tail.size), tail, 1, cov=True)
    z = slope / (np.sqrt(covariance[0, 0]) + 1e-4 / tail.size)
    assert measure_prospect(val, NOTHING, np.arange(31) / 30).slope_since_z == pytest.approx(np.log1p(z), rel=1e-2)


def test_no_training_series_is_nan_and_scored_as_such() -> None:
    val, train, time = a_run(20)
    alone = measure_prospect(val, NOTHING, time)
    assert math.isnan(alone.train_fell)
    assert math.isnan(alone.gap)
    assert math.isfinite(models().better.score(alone))
    assert alone.rise == measure_prospect(val, train, time).rise


def test_a_score_is_its_offset_and_its_terms() -> None:
    bent = Term("rise", np.array([0.0, 1.0, 3.0]), np.array([2.0, 0.0, 4.0]), -7.0)
    model = Additive(0.5, (bent, Term("gap", np.array([0.0, 1.0]), np.array([0.0, 10.0]), -7.0)))
    blank = Prospect(*[0.0] * len(Prospect._fields))
    assert model.score(blank) == 2.5
    assert model.score(blank._replace(rise=2.0, gap=0.5)) == 7.5
    assert model.score(blank._replace(rise=99.0, gap=math.nan)) == -2.5


def test_units_change_no_measure() -> None:
    val, train, time = a_run(40)
    assert measure_prospect(3e5 * val, 3e5 * train, time) == pytest.approx(measure_prospect(val, train, time))


def test_the_models_ask_for_measures_that_there_are() -> None:
    fitted = models()
    for model in (fitted.better, fitted.change, fitted.spread):
        assert {term.measure for term in model.terms} <= set(Prospect._fields)
        assert all((np.diff(term.knots) > 0).all() for term in model.terms)
    assert 0 < fitted.stop_below < 0.1
