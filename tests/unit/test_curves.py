"""Curves: what goes in comes out, sorted, with every NaN where it was."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweep.curves import Curves, Series

values = st.floats(allow_nan=True, allow_infinity=True)
steps = st.integers(0, 10**6) | st.floats(0, 1e6, allow_nan=False)
rows = st.lists(st.tuples(steps, st.sampled_from(["train_loss", "val_loss", "val_acc"]), values), max_size=60)


@given(rows)
def test_csv_there_and_back_loses_nothing(points):
    curves = Curves.from_points(points)
    assert Curves.from_csv(curves.to_csv()).series == curves.series


@given(rows)
def test_a_series_is_sorted_and_keeps_the_last_value_of_a_step(points):
    curves = Curves.from_points(points)
    for name in curves:
        last = {float(step): value for step, given_name, value in points if given_name == name}
        assert curves[name].steps.tolist() == sorted(last)
        np.testing.assert_array_equal(curves[name].values, [last[step] for step in sorted(last)])


@given(st.lists(st.floats(-1e6, 1e6) | st.just(float("nan")), min_size=1, max_size=40), st.integers(1, 15))
def test_smoothing_is_the_mean_of_a_window_that_shrinks_at_the_edges(points, window):
    series = Series(range(len(points)), points)
    smooth = series.smooth(window).values
    for i, value in enumerate(points):
        half = min(i, len(points) - 1 - i, window // 2)
        around = [v for v in points[i - half : i + half + 1] if v == v]
        expected = value if value != value else np.mean(around)
        np.testing.assert_allclose(smooth[i], expected, rtol=1e-6, atol=1e-6)


def test_a_straight_line_stays_straight_when_smoothed():
    line = Series(range(20), np.arange(20) * 0.5)
    np.testing.assert_allclose(line.smooth(7).values, line.values)


def test_series_are_read_only():
    series = Series([0, 1], [1.0, 2.0])
    with pytest.raises(ValueError, match="read-only"):
        series.values[0] = 3.0


def test_a_name_that_was_never_recorded_reads_as_empty():
    curves = Curves.of(train_loss=[1.0])
    assert len(curves["val_loss"]) == 0
    assert "val_loss" not in curves


@pytest.mark.parametrize(
    ("given_steps", "given_values", "says"),
    [([0, 1], [1.0], "as many steps"), ([float("nan")], [1.0], "finite"), ([float("inf")], [1.0], "finite")],
)
def test_what_can_not_be_a_series_is_refused(given_steps, given_values, says):
    with pytest.raises(ValueError, match=says):
        Series(given_steps, given_values)


def test_a_window_below_one_is_refused():
    with pytest.raises(ValueError, match="at least 1"):
        Series([0], [1.0]).smooth(0)
