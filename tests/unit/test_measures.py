"""The measures, each against a second, slow computation, or against a curve whose answer is known."""

from itertools import pairwise

import numpy as np
import pytest

from sweep.curves import Curves, Series
from sweep.diagnosis.findings.rule import beyond
from sweep.diagnosis.findings.vote import RULES
from sweep.diagnosis.measures import MEASURES, Run, measure, ratio
from sweep.diagnosis.noise import (
    binned_means,
    jump_correlation,
    jump_size,
    median,
    noise,
    shared_rise,
    smooth,
    window_for,
)
from sweep.diagnosis.series import prepare_series
from sweep.diagnosis.trend import extrapolate

RNG = np.random.default_rng(3)


def run_of(chance: float = np.inf, **series) -> Run:
    """A run of plain lists; ``chance`` in the unit of the losses."""
    curves = Curves.of(**series)
    prepared = prepare_series(curves)
    return Run(prepared, curves, chance / prepared.scale)


def measured(name: str, chance: float = np.inf, **series) -> float:
    return MEASURES[name](run_of(chance, **series))


@pytest.mark.parametrize("size", [1, 2, 7, 50])
def test_median_against_numpy(size: int) -> None:
    values = RNG.normal(size=size)
    assert median(values) == pytest.approx(np.median(values))


@pytest.mark.parametrize("slope", [0.0, 5.0, -100.0])
def test_noise_is_found_on_any_slope(slope: float) -> None:
    values = slope * np.arange(4000) + 0.3 * RNG.normal(size=4000)
    assert noise(values) == pytest.approx(0.3, rel=0.1)
    assert jump_size(values) == pytest.approx(0.3, rel=0.1)


def test_noise_of_a_smooth_curve_is_small_and_of_a_stair_is_not_nothing() -> None:
    assert noise(np.exp(-np.linspace(0, 5, 200))) < 1e-3
    assert noise(np.repeat([1.0, 0.5, 0.4], 20)) > 0


@pytest.mark.parametrize("points", [1, 5, 21, 100])
def test_smooth_against_a_loop(points: int) -> None:
    values, half = RNG.normal(size=points), window_for(points) // 2
    slow = [values[max(0, at - half) : at + half + 1].mean() for at in range(points)]
    assert np.allclose(smooth(values), slow)


@pytest.mark.parametrize(("points", "most"), [(5, 10), (10, 10), (101, 10), (999, 40)])
def test_bins_keep_the_mean_and_the_ends(points: int, most: int) -> None:
    values = RNG.normal(size=points)
    found = binned_means(values, most)
    edges = np.linspace(0, points, found.size + 1).astype(int)
    assert found.size == min(points, most)
    assert np.allclose(found, [values[a:b].mean() for a, b in pairwise(edges)])


def test_together() -> None:
    shared, alone = RNG.normal(size=300), RNG.normal(size=300)
    assert jump_correlation(shared, 3 * shared + np.linspace(0, 9, 300)) == pytest.approx(1)
    assert abs(jump_correlation(shared, alone)) < 0.3
    assert jump_correlation(np.ones(3), np.ones(3)) == 0


def test_climbs_are_those_of_both_but_for_the_largest() -> None:
    one, other = np.array([3.0, 1, 2, 1, 3, 1, 1.5]), np.array([3.0, 2, 2.4, 1, 9, 1, 5])
    assert shared_rise(one, other) == pytest.approx(0.4 + 0.5)  # 2 at a time: the 2 and 8 of the spike are left out
    assert shared_rise(one, -other) == shared_rise(one, one[:0]) == shared_rise(one, np.ones(7)) == 0
    falling = np.linspace(2, 1, 5000)
    assert shared_rise(falling + 1e-3 * RNG.normal(size=5000), falling) == 0


def test_what_was_learnt_counts_from_chance_where_the_run_began_above_it() -> None:
    losses = [4.5, 1.1, 1.0, 0.9, 0.85, 0.8]
    series = {"train_loss": losses, "val_loss": losses}
    assert measured("moved", **series) == pytest.approx(1 - 0.8 / 4.5)
    assert measured("moved", 1.0, **series) == pytest.approx(0.2)
    assert measured("moved", 9.0, **series) == measured("moved", **series)
    assert measured("rise_above_start", 1.0, **series) == measured("rise_above_start", **series)


@pytest.mark.parametrize("rate", [0.7, 2.0, 5.0])
def test_the_extrapolation_of_an_exponential(rate: float) -> None:
    time = np.linspace(0, 1, 200)
    gain, error = extrapolate(time, 1 + np.exp(-rate * time) + 1e-4 * RNG.normal(size=200))
    truth = np.exp(-rate) - np.exp(-2 * rate)
    assert gain == pytest.approx(truth, abs=max(4 * error, 0.3 * truth))


def test_a_settled_or_rising_curve_has_nothing_to_gain() -> None:
    time = np.linspace(0, 1, 200)
    assert extrapolate(time, 1 + 0.01 * RNG.normal(size=200))[0] < 0.01
    assert extrapolate(time, 1 + time)[0] == pytest.approx(0, abs=1e-9)


def test_extrapolate_against_a_fit_of_its_own() -> None:
    """One straight line, far the best of the shapes: least squares by numpy must say the same."""
    time = np.linspace(0, 1, 30)
    values = 5 - 2 * time
    slope = np.polyfit(time[10:], values[10:], 1)[0]
    assert extrapolate(time, values)[0] == pytest.approx(-slope, rel=1e-3)


def test_measures_of_a_curve_drawn_by_hand() -> None:
    val = np.r_[np.linspace(2.0, 0.5, 31), np.linspace(0.5, 1.0, 31)[1:]]
    train = np.linspace(2.0, 0.1, 61)
    run = run_of(train_loss=train, val_loss=val)
    m = measure(run)
    assert run.bottom_at == pytest.approx(30, abs=3)
    assert run.start * run.series.scale == pytest.approx(2.0)
    assert run.bottom * run.series.scale == pytest.approx(0.5, abs=0.08)
    assert m["rise_of_drop"] == pytest.approx(1 / 3, abs=0.07)
    assert m["rise_of_level"] == pytest.approx(1.0, abs=0.25)
    assert m["rise"] == pytest.approx(np.sqrt(m["rise_of_drop"] * m["rise_of_level"]))
    assert m["time_since_bottom"] == pytest.approx(0.5, abs=0.06)
    assert m["train_fall"] == pytest.approx(0.95, abs=0.06)
    assert m["gain_of_drop"] == pytest.approx(0, abs=1e-4)
    assert m["gap_of_level"] == pytest.approx(0.9, abs=0.1)
    assert m["level_ratio"] == pytest.approx(np.log(1.0 / 0.1), abs=0.7)
    assert m["log_points"] == pytest.approx(np.log10(61))
    assert m["drop_time"] == pytest.approx(0.25, abs=0.06)
    assert m["highest_climb"] == pytest.approx(1 / 3, abs=0.07)


def test_a_measure_that_cannot_be_asked_is_nan() -> None:
    alone = measure(run_of(train_loss=np.linspace(2, 1, 30)))
    for name in ("gap_of_level", "gap_growth", "late_jump_correlation", "acc_end", "constant_acc_share"):
        assert np.isnan(alone[name]), name
    unlogged = measure(run_of(val_loss=np.linspace(2, 1, 30)))
    for name in ("train_fall", "train_left", "train_sign_changes", "fall_since_bottom", "train_rise", "start_ratio"):
        assert np.isnan(unlogged[name]), name


def test_no_measure_knows_a_unit_of_loss_or_step() -> None:
    val, train = np.r_[3.0, 2 + RNG.random(40)], np.r_[3.0, 1 + RNG.random(40)]
    curves = Curves.of(train_loss=train, val_loss=val)
    other = Curves({name: Series(series.steps * 7, series.values * 1e4) for name, series in curves.series.items()})
    first, second = (measure(Run(prepare_series(each), each)) for each in (curves, other))
    assert first == pytest.approx(second, nan_ok=True)


def test_steadiness_against_loops() -> None:
    val = np.r_[4.0, RNG.random(50)]
    lowest, heights = np.inf, []
    for value in val:
        lowest = min(lowest, value)
        heights.append(value - lowest)
    run = run_of(val_loss=val)
    drop = run.drop * run.series.scale
    assert MEASURES["excess_over_best"](run) == pytest.approx(np.mean(heights) / drop)
    assert MEASURES["sharp_rises"](run) == pytest.approx(np.mean([b - a > 0.1 * drop for a, b in pairwise(val)]))
    turns = [(b - a) * (c - b) < 0 for a, b, c in zip(val, val[1:], val[2:], strict=False)]
    assert MEASURES["sign_changes"](run) == pytest.approx(np.mean(turns))


def test_the_slope_of_the_end_against_numpy() -> None:
    val = 3 - 0.01 * np.arange(60) + 0.02 * RNG.normal(size=60)
    late = val[-20:]
    (slope, _), covariance = np.polyfit(np.arange(20), late, 1, cov=True)
    assert measured("late_fall_z", val_loss=val) == pytest.approx(-slope / np.sqrt(covariance[0, 0]), rel=1e-6)


def test_accuracies() -> None:
    series = {"val_loss": np.linspace(1, 0.7, 10)}
    assert measured("constant_acc_share", **series, val_acc=[0.31, *[0.25] * 9]) == pytest.approx(0.9)
    assert measured("chance_distance", **series, val_acc=[0.25] * 10) == pytest.approx(0)
    assert np.isnan(measured("chance_distance", **series, val_acc=[0.9] * 10))
    percent = {"train_acc": np.linspace(30, 99, 10), "val_acc": np.linspace(30, 60, 10)}
    assert measured("acc_gap", **series, **percent) == pytest.approx(0.39)
    assert measured("acc_gain", **series, **percent) == pytest.approx(0.30)


def test_non_finite_values_are_counted() -> None:
    assert measured("nonfinite_share", val_loss=[1, np.nan, 0.5, np.inf], train_loss=[1, 1, 1, 1]) == 0.25


def test_dense_training_is_averaged_between_validations() -> None:
    steps, validated = np.arange(1, 101), [20, 40, 60, 80, 100]
    run = prepare_series(Curves({"batch_loss": Series(steps, steps), "val_loss": Series(validated, np.ones(5))}))
    assert np.allclose(run.train * run.scale, [10.5, 30.5, 50.5, 70.5, 90.5])


def test_a_few_validations_do_not_silence_a_long_training_series() -> None:
    steps = np.arange(200)
    curves = {"train_loss": Series(steps, np.exp(steps / 20.0)), "val_loss": Series([0, 99, 199], [2.5, 2.0, 1.9])}
    run = prepare_series(Curves(curves))
    assert run.val.size == 0
    assert run.set_aside == 3
    assert run.main.size == 200


def test_zeros_before_the_first_loss_are_not_recorded() -> None:
    run = prepare_series(Curves.of(train_loss=[0.0, 0.0, 4.0, 3.0, 2.0, 0.0]))
    assert np.allclose(run.main * run.scale, [4.0, 3.0, 2.0, 0.0])
    assert prepare_series(Curves.of(train_loss=[0.0] * 5)).main.size == 5


def test_other_grids_are_interpolated() -> None:
    view = prepare_series(
        Curves({"train_loss": Series([0, 10], [1.0, 2.0]), "val_loss": Series([0, 5, 10], [1.0, 1.0, 1.0])})
    )
    assert np.allclose(view.train * view.scale, [1, 1.5, 2])


def test_losses_below_zero_are_lifted_and_read_back() -> None:
    curves = Curves.of(train_loss=[1.0, -1.0, -3.0], val_loss=[1.0, 0.0, -1.0])
    view = prepare_series(curves)
    assert min(view.val.min(), view.train.min()) > 0
    assert [view.value(level) for level in view.val] == pytest.approx([1.0, 0.0, -1.0])


@pytest.mark.parametrize(
    ("top", "below", "found"), [(1, 2, 0.5), (1, 0, 99), (-1, 0, -99), (0, 0, 0), (1e300, 1e-300, 99)]
)
def test_ratio(top: float, below: float, found: float) -> None:
    assert ratio(top, below) == found


def test_strength_is_the_weakest_condition() -> None:
    assert beyond(2, 1) == pytest.approx(np.log(2))
    assert beyond(-1, 1) == beyond(float("nan"), 1) == -3
    run = run_of(train_loss=np.ones(30), val_loss=np.ones(30))
    m = measure(run)
    for rule in RULES:
        pairs = rule.asks(run, m)
        if pairs is not None:
            assert rule.strength(run, m) == min(beyond(value, bound) for value, bound in pairs)
