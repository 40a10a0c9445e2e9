import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweep.errors import ConfigError
from sweep.study.space import Choice, Interval, Range, at, check, corners, describe, is_grid, point, size

SPACE = {"a": Choice(("u", "v")), "b": Range(1, 5, 2), "c": Choice((None, True))}


def test_grid_has_each_point_once_and_the_last_turns_fastest():
    points = [point(SPACE, index) for index in range(size(SPACE))]
    assert len({tuple(p.values()) for p in points}) == len(points) == 12
    assert points[0] == {"a": "u", "b": 1, "c": None}
    assert points[1] == {"a": "u", "b": 1, "c": True}
    assert points[-1] == {"a": "v", "b": 5, "c": True}
    assert all(list(p) == list(SPACE) for p in points)


def test_the_empty_space_is_one_point():
    assert (size({}), point({}, 0), list(corners({}))) == (1, {}, [{}])


def test_range_values_are_the_numbers_typed():
    assert Range(0.1, 0.5, 0.1).values == (0.1, 0.2, 0.3, 0.4, 0.5)
    assert all(isinstance(v, int) for v in Range(0, 9, 3).values)
    assert Range(0, 9, 3).values == (0, 3, 6, 9)
    assert Range(0, 10, 3).values == (0, 3, 6, 9)


def test_grid_on_an_interval_names_key_value_and_way_out():
    space = {"lr": Interval(0.1, 1, log=True)}
    assert not is_grid(space)
    with pytest.raises(
        ConfigError, match=r"lr is tag\(log, interval\(0\.1, 1\)\), which can't be enumerated.*study\.trials=N"
    ):
        size(space)


def test_corners_show_every_value_and_both_ends():
    seen = list(corners({**SPACE, "d": Interval(0, 1)}))
    for name, values in {"a": {"u", "v"}, "b": {1, 3, 5}, "c": {None, True}, "d": {0, 1}}.items():
        assert {p[name] for p in seen} == values


@pytest.mark.parametrize(
    "dimension",
    [
        Choice(()),
        Choice((1, 1)),
        Range(3, 1),
        Range(0, 1, 0),
        Interval(1, 1),
        Interval(0, math.inf),
        Interval(0, 1, log=True),
        Interval(math.nan, 1),
    ],
)
def test_a_dimension_without_values_is_refused(dimension):
    with pytest.raises(ConfigError, match=r"^x (is|has) "):
        check({"x": dimension})


def test_one_and_true_are_different_values():
    check({"x": Choice((1, True, "1", 1.0))})


@given(st.floats(0, 1, exclude_max=True), st.booleans(), st.booleans())
def test_at_stays_inside(u, log, whole):
    value = at(Interval(1, 64, log, whole), u)
    assert 1 <= value <= 64
    assert isinstance(value, int) == whole


def test_at_is_even_in_the_logarithm():
    assert at(Interval(1e-4, 1e-2, log=True), 0.5) == pytest.approx(1e-3)
    assert at(Interval(0, 10), 0.25) == pytest.approx(2.5)
    cells = [at(Interval(1, 4, whole=True), (i + 0.5) / 400) for i in range(400)]
    assert [cells.count(n) for n in (1, 2, 3, 4)] == [100] * 4
    assert [at(Choice("abc"), u) for u in (0, 0.34, 0.99)] == ["a", "b", "c"]


def test_describe():
    assert describe(Choice(("a", 1))) == "choice(a, 1)"
    assert describe(Range(0, 4)) == "range(0..4 by 1)"
    assert describe(Interval(1, 2, True, True)) == "tag(log, int, interval(1, 2))"
