"""Generators of arbitrary histories, shared by the tests of the diagnosis."""

import numpy as np
from hypothesis import strategies as st

from sweep.curves import Curves, Series

NAMES = ("train_loss", "val_loss", "batch_loss", "train_acc", "val_acc", "val_f1", "grad_norm", "learning_rate")
ODD = (0.0, -0.0, 1.0, -1.0, 1e300, -1e300, 1.7e308, 5e-324, 1e-300, float("nan"), float("inf"), float("-inf"))
VALUES = st.one_of(st.sampled_from(ODD), st.floats(-1e3, 1e3), st.floats(allow_nan=True, allow_infinity=True))


@st.composite
def anything(draw: st.DrawFn) -> Curves:
    """Any series under any of the names: unsorted and repeated steps, odd and missing values."""
    series = {}
    for name in draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=5)):
        values = draw(st.lists(VALUES, max_size=40))
        steps = draw(st.lists(st.integers(-5, 100) | st.floats(-1e9, 1e9), min_size=len(values), max_size=len(values)))
        series[name] = Series(steps, values)
    return Curves(series)


@st.composite
def plausible(draw: st.DrawFn) -> Curves:
    """Curves as training makes them: falling, bottoming, rising or staying, with noise and on grids of their own."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    points = draw(st.integers(4, 120))
    time = np.linspace(0, 1, points)
    floor, gap, rate = rng.uniform(0, 1), rng.uniform(0, 1), rng.uniform(0.2, 30)
    noise = rng.choice([0, 0.003, 0.03, 0.3])
    fall = rng.uniform(0.01, 3) * np.exp(-rate * time)
    train = floor + fall + noise * rng.normal(size=points) * 0.5
    val = floor + gap + fall + rng.choice([0, 0, 1]) * rng.uniform(0, 1) * time + noise * rng.normal(size=points)
    steps = np.cumsum(rng.integers(1, 30, points)) if rng.random() < 0.3 else np.arange(points) * 7
    kept = rng.random(points) > rng.choice([0, 0.2])
    series = {"train_loss": Series(steps, train), "val_loss": Series(steps[kept], val[kept])}
    if rng.random() < 0.2:
        del series["train_loss"]
    return Curves(series)


def changed(curves: Curves, scale: float = 1.0, pace: float = 1.0) -> Curves:
    """The same run with every loss times ``scale`` and every step times ``pace``."""
    return Curves(
        {
            name: Series(series.steps * pace, series.values * (scale if name.endswith("loss") else 1.0))
            for name, series in curves.series.items()
        }
    )
