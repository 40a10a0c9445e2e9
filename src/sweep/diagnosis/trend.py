"""Where a curve is heading: the fall that its shape promises in more of the same training."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sweep.curves import Floats
from sweep.diagnosis.noise import binned_means, noise

POINTS = 60  # points that a whole curve is averaged to before shapes are fitted
STRETCHES = (1 / 3, 1 / 2, 2 / 3)  # shares of the curve that are left out before a fit, tried in this order
FEWEST = 6  # points that a stretch other than the first must have
LEAST_SHARE = 0.02  # share of the range of a stretch below which a misfit is small, whatever the noise
RATES = np.geomspace(0.35, 40, 15)  # of exponentials, per length of the run
POWERS = np.array([0.25, 0.5, 1.0, 2.0])
EXACT = 1e-13  # share of the sum of squares below which a rest is rounding


def extrapolate(time: Floats, values: Floats, factor: float = 2.0) -> tuple[float, float]:
    """The fall that the shape of a curve promises if its run were ``factor`` times as long, and its standard error.

    ``values`` and ``time``, the share of the run, ending at 1, have the shape ``(points,)``. The last two thirds of the
    curve are fitted, or less of it where no shape follows them or the end falls faster than the best shape: a run that
    was slow at first, then fast, then slow again is on its way in its last part only. Both are in the units of
    ``values``. The fall is 0 where the curve does not fall, and at most the last value where all values are positive.
    """
    y = binned_means(values, POINTS)
    x = binned_means(time, POINTS)
    starts = [int(y.size * share) for share in STRETCHES]
    starts = [start for at, start in enumerate(starts) if at == 0 or y.size - start >= FEWEST]
    if y.size - starts[0] < 3 or x[-1] - x[starts[0]] < 1e-9:
        return 0.0, 0.0
    shapes = _shapes(np.append(x - 1.0, [0.0, factor - 1.0]))
    with np.errstate(over="ignore", invalid="ignore"):  # of times beyond all bounds; what comes of it is refused
        fits = _fit(shapes, y, starts)
        chosen = next((at for at, start in enumerate(starts) if _follows(shapes, y, start, fits, at)), len(starts) - 1)
    fall = float(fits.fall[chosen])
    if not np.isfinite(fall + fits.error[chosen]):
        return 0.0, 0.0
    if values.min() > 0:
        fall = min(fall, float(values[-1]))
    return fall, float(fits.error[chosen])


class _Fits(NamedTuple):
    """Of each stretch: the fall and its error, the best shape and its height, and the root-mean-square misfit."""

    fall: Floats
    error: Floats
    best: list[int]
    height: list[float]
    misfit: list[float]


def _shapes(at: Floats) -> Floats:
    """Falling exponentials and powers and a straight line, at times from the end of the run; shape ``(20, times)``."""
    exponentials = np.exp(-RATES[:, None] * (at + 0.5))
    powers = (at + 1.02) ** -POWERS[:, None]
    return np.vstack([exponentials, powers, 1 - at[None, :]])


def _fit(shapes: Floats, y: Floats, starts: list[int]) -> _Fits:
    """Every shape fitted to every stretch of ``y`` by least squares with two free numbers, level and height.

    The last two columns of ``shapes`` are the end of the run and the time that is asked for. A stretch's answer is the
    mean over shapes with the weights SSE^(-m/2) of m points: the profile likelihood under normal noise of unknown size
    (Pawitan, In All Likelihood, 2001, chapter 3). Its variance is that between shapes and that of the best height.
    """
    phi, now, later = shapes[:, :-2], shapes[:, -2], shapes[:, -1]
    inside = np.arange(y.size) >= np.array(starts)[:, None]
    count = inside.sum(axis=1)
    centred = np.where(inside, y - (inside @ y / count)[:, None], 0.0)
    total = (centred**2).sum(axis=1)
    mean = phi @ inside.T / count
    spread = (phi**2) @ inside.T - count * mean**2
    flat = spread <= EXACT * count * mean**2  # a shape that does not bend within a stretch says nothing about it
    spread = np.where(flat, np.inf, spread)
    shared = phi @ centred.T
    height = np.maximum(shared / spread, 0.0)
    rest = total - height * shared
    floor = np.maximum(np.maximum(rest.min(axis=0), EXACT * total), 1e-300)
    weight = np.maximum(rest / floor, 1.0) ** (-0.5 * count)
    weight /= weight.sum(axis=0)
    promised = (now - later)[:, None]
    falls = height * promised
    fall = (weight * falls).sum(axis=0)
    own = floor / np.maximum(count - 2, 1) / spread * promised**2
    error = np.sqrt((weight * ((falls - fall) ** 2 + own)).sum(axis=0))
    best = np.argmax(weight, axis=0)
    heights = height[best, np.arange(len(starts))]
    return _Fits(fall, error, best.tolist(), heights.tolist(), np.sqrt(floor / count).tolist())


def _follows(shapes: Floats, y: Floats, start: int, fits: _Fits, at: int) -> bool:
    """Whether the best shape follows a stretch within its noise, and its last third falls no faster than the shape."""
    stretch = y[start:]
    unsure = 2 * noise(stretch)
    if fits.misfit[at] > max(unsure, LEAST_SHARE * float(np.ptp(stretch))):
        return False
    left = (stretch - fits.height[at] * shapes[fits.best[at], start:-2])[-max(2, stretch.size // 3) :]
    half = max(1, left.size // 2)
    return float(left[:half].mean() - left[-half:].mean()) <= unsure
