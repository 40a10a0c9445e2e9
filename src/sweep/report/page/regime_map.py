"""The map of regimes as a model: how probable each regime is at settings that no trial had.

The probabilities of the trials are smoothed by a kernel in the logarithms of the knobs, as counts on top of a flat
Dirichlet prior (MacKenzie et al., 2014, "Bayesian generalized kernel inference"):

    p(r | x) = (a / 4 + sum_i k(x, x_i) p_i(r)) / (a + sum_i k(x, x_i)),    k(x, y) = exp(-|x - y|^2 / 2)

with coordinates divided by the length scale of their knob. Near many trials p is theirs; far from all it is flat, and
the *support* sum k / (a + sum k) says which of the two it is. Length scales maximise the leave-one-out likelihood.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

PRIOR = 0.5
"""Trials that the flat prior is worth."""
SCALES = (0.1, 0.2, 0.35, 0.6)
"""Length scales tried, as shares of a knob's range in logarithms."""
FEW_LEVELS = 8
"""Distinct values of a knob up to which a length scale reaches from each value to the next."""
REACH = 0.6
"""Share of the gap between two such values that a length scale has at least: one half meets in the middle."""
ENOUGH = 300
"""Trials that are enough to choose length scales."""
CHUNK = 2_000_000
"""Kernel values computed at once."""


@dataclass(frozen=True)
class RegimeMap:
    """Trials at ``points``, of shape ``(trials, knobs)`` in log2, with ``probabilities`` of ``(trials, regimes)``."""

    points: Floats
    probabilities: Floats
    scales: Floats

    def at(self, places: ArrayLike) -> tuple[Floats, Floats]:
        """Probabilities ``(places, regimes)`` and support ``(places,)`` at settings ``(places, knobs)`` in log2."""
        where = np.atleast_2d(np.asarray(places, dtype=float))
        step = max(1, CHUNK // max(len(self.points), 1))
        parts = [self._smoothed(where[first : first + step]) for first in range(0, len(where), step)]
        return np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])

    def _smoothed(self, places: Floats) -> tuple[Floats, Floats]:
        kernel = _kernel(places / self.scales, self.points / self.scales)
        return _posterior(kernel, self.probabilities)


def fit(knobs: ArrayLike, probabilities: ArrayLike) -> RegimeMap:
    """A map from settings ``(trials, knobs)``, all positive, and probabilities ``(trials, regimes)``.

    Raises:
        ValueError: There is no trial, a setting is not positive, or the shapes differ.
    """
    settings = np.asarray(knobs, dtype=float)
    shares = np.asarray(probabilities, dtype=float)
    if settings.ndim != 2 or not len(settings) or len(settings) != len(shares):
        raise ValueError(
            f"a map needs a row of knobs and of probabilities per trial; got {settings.shape}, {shares.shape}"
        )
    if not (settings > 0).all():
        raise ValueError("knobs on a logarithmic axis must be positive")
    points = np.log2(settings)
    spans = np.ptp(points, axis=0)
    spans[spans == 0] = 1.0
    return RegimeMap(points, shares, _choose(points, shares, spans))


def _least(values: Floats) -> float:
    """The least length scale of a knob with few values, such as three batch sizes; 0 for one that varies freely."""
    levels = np.unique(values)
    if not 1 < levels.size <= FEW_LEVELS:
        return 0.0
    gap: float = np.diff(levels).max()
    return REACH * gap


def _choose(points: Floats, shares: Floats, spans: Floats) -> Floats:
    """The length scales with the highest leave-one-out likelihood, on an even sample of the trials."""
    least = np.array([_least(values) for values in points.T])
    sample = np.linspace(0, len(points) - 1, min(len(points), ENOUGH)).astype(int)
    where, what = points[sample], shares[sample]
    best = -np.inf
    chosen: Floats = np.maximum(spans * SCALES[1], least)
    for shares_of_range in itertools.product(SCALES, repeat=points.shape[1]):
        scales = np.maximum(spans * np.array(shares_of_range), least)
        kernel = _kernel(where / scales, where / scales)
        np.fill_diagonal(kernel, 0.0)
        predicted, _ = _posterior(kernel, what)
        score = float((what * np.log(predicted)).sum())
        if score > best:
            best, chosen = score, scales
    return chosen


def _kernel(one: Floats, other: Floats) -> Floats:
    squares = (one**2).sum(1)[:, None] + (other**2).sum(1)[None] - 2 * one @ other.T
    kernel: Floats = np.exp(-0.5 * np.maximum(squares, 0.0))
    return kernel


def _posterior(kernel: Floats, shares: Floats) -> tuple[Floats, Floats]:
    mass = kernel.sum(axis=1)
    counts = PRIOR / shares.shape[1] + kernel @ shares
    return counts / (PRIOR + mass)[:, None], mass / (PRIOR + mass)
