"""The extrapolation, against a fit of each shape to each stretch by itself."""

import numpy as np
import pytest

from sweep.diagnosis.noise import noise
from sweep.diagnosis.trend import FEWEST, POWERS, RATES, extrapolate

RNG = np.random.default_rng(5)
SHAPES = (
    *[lambda at, rate=rate: np.exp(-rate * (at + 0.5)) for rate in RATES],
    *[lambda at, power=power: (at + 1.02) ** -power for power in POWERS],
    lambda at: 1 - at,
)


def one_stretch(x: np.ndarray, y: np.ndarray, end: float) -> tuple[float, float, np.ndarray]:
    """Fall, error and the rest of the best shape, by numpy's own least squares, shape after shape."""
    found = []
    for shape in SHAPES:
        phi = np.column_stack([np.ones(x.size), shape(x)])
        level, height = np.linalg.lstsq(phi, y, rcond=None)[0]
        if height < 0:
            level, height = y.mean(), 0.0
        rest = y - level - height * shape(x)
        promised = shape(np.zeros(1))[0] - shape(np.full(1, end))[0]
        found.append((height * promised, (rest**2).sum(), rest, promised, ((phi[:, 1] - phi[:, 1].mean()) ** 2).sum()))
    least = min(sse for _, sse, *_ in found)
    weight = np.array([(sse / least) ** (-0.5 * y.size) for _, sse, *_ in found])
    weight /= weight.sum()
    falls = np.array([fall for fall, *_ in found])
    fall = weight @ falls
    own = [least / max(y.size - 2, 1) / spread * promised**2 for *_, promised, spread in found]
    return fall, np.sqrt(weight @ ((falls - fall) ** 2 + own)), found[int(np.argmax(weight))][2]


def by_hand(time: np.ndarray, values: np.ndarray, factor: float) -> tuple[float, float]:
    for share in (1 / 3, 1 / 2, 2 / 3):
        start = int(values.size * share)
        x, y = time[start:] - 1, values[start:]
        if share > 1 / 3 and y.size < FEWEST:
            break
        fall, error, rest = one_stretch(x, y, factor - 1)
        late = rest[-max(2, y.size // 3) :]
        half = max(1, late.size // 2)
        calm = np.sqrt((rest**2).mean()) <= max(2 * noise(y), 0.02 * np.ptp(y))
        if calm and late[:half].mean() - late[-half:].mean() <= 2 * noise(y):
            break
    return min(fall, values[-1]), error


@pytest.mark.parametrize("factor", [1.5, 2.0, 4.0])
@pytest.mark.parametrize("points", [5, 9, 24, 60])
@pytest.mark.parametrize("bend", ["falls", "rises", "late"])
def test_against_a_fit_by_hand(points: int, bend: str, factor: float) -> None:
    time = np.arange(1, points + 1) / points
    curve = {"falls": np.exp(-3 * time), "rises": 0.3 * time, "late": -1.5 * np.maximum(time - 0.6, 0)}[bend]
    values = 1 + curve + 0.02 * RNG.normal(size=points)
    assert extrapolate(time, values, factor) == pytest.approx(by_hand(time, values, factor), rel=1e-6, abs=1e-9)


def test_points_that_share_a_step_promise_nothing() -> None:
    assert extrapolate(np.ones(9), RNG.normal(size=9)) == (0.0, 0.0)
    fall, error = extrapolate(np.array([0.1, 1 - 1e-8, 1.0, 1.0]), np.array([1.0, 0.0, 1.0, 0.0]))
    assert 0 <= fall <= 1
    assert np.isfinite(error)
