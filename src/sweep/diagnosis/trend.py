"""Where a curve is heading: an extrapolation with its error."""

from __future__ import annotations

import numpy as np

from sweep.curves import Floats
from sweep.diagnosis.noise import binned_means, noise

POINTS = 40
FEWEST = 6  # points that a shorter stretch must have to be fitted by itself
RATES = np.geomspace(0.35, 40, 15)
POWERS = np.array([0.25, 0.5, 1.0, 2.0])


def extrapolate(time: Floats, values: Floats, factor: float = 2.0) -> tuple[float, float]:
    """How far a run would still fall if it were ``factor`` times as long, and the error of that.

    ``values`` and ``time``, the share of the run, ending at 1, are of shape ``(points,)``. The last two thirds of the
    curve are fitted, or less of it where no shape follows them or the end falls faster than the best shape: a run that
    was slow at first, then fast, then slow again is on its way in its last part only. A curve that does not fall gives
    0. Both in the units of ``values``; the fall is at least 0, and where all values are positive at most the last
    fitted one.
    """
    fall = error = 0.0
    for first in (values.size // 3, values.size // 2, 2 * values.size // 3):
        y, x = binned_means(values[first:], POINTS), binned_means(time[first:], POINTS)
        if first > values.size // 3 and y.size < FEWEST:
            break
        fall, error, misfit, late = _extrapolated(x, y, factor - 1.0)
        unsure = 2 * noise(y)
        if misfit <= max(unsure, 0.02 * float(np.ptp(y))) and late <= unsure:
            break
    return (min(fall, max(float(values[-1]), 0.0)) if values.min() > 0 else fall), error


def _extrapolated(x: Floats, y: Floats, end: float) -> tuple[float, float, float, float]:
    """The fall from time 1 to ``1 + end``, its error, the root-mean-square misfit of the best shape, and by how much
    the last third fell more than that shape does.

    Falling exponentials, falling powers and a straight line are each fitted by least squares (two free numbers each);
    the answers are averaged with the weights SSE^(-m/2) of m points, which is the profile likelihood under normal
    noise of unknown size.
    """
    if y.size < 3 or x[-1] - x[0] < 1e-9:
        return 0.0, 0.0, 0.0, 0.0
    at = np.append(x - 1.0, [0.0, end])
    shapes = np.vstack(
        [np.exp(-RATES[:, None] * (at + 0.5)), (at + 1.02) ** -POWERS[:, None], 1 - at[None, :]],
    )
    phi, now, later = shapes[:, :-2], shapes[:, -2], shapes[:, -1]
    centred = phi - phi.mean(axis=1, keepdims=True)
    spread = np.maximum((centred**2).sum(axis=1), 1e-300)
    height = np.maximum(centred @ (y - y.mean()) / spread, 0.0)
    left = y - y.mean() - height[:, None] * centred
    error = (left**2).sum(axis=1)
    floor = max(float(error.min()), 1e-24 * float((y**2).sum()), 1e-300)
    weight = np.maximum(error / floor, 1.0) ** (-0.5 * y.size)
    weight /= weight.sum()
    fall = height * (now - later)
    best = float(weight @ fall)
    own = floor / max(y.size - 2, 1) / spread * (now - later) ** 2
    end_left = left[int(np.argmax(weight)), y.size - max(2, y.size // 3) :]
    half = max(1, end_left.size // 2)
    late = float(end_left[:half].mean() - end_left[-half:].mean())
    return best, float(np.sqrt(weight @ ((fall - best) ** 2 + own))), float(np.sqrt(floor / y.size)), late
