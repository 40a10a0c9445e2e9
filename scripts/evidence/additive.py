"""Fit an additive model: one piecewise linear term per input and regime, by penalised multinomial likelihood.

Knots stand at quantiles of each input; NaN has a value of its own. The penalty is on the second differences of a term
(Eilers and Marx, Flexible smoothing with B-splines and penalties, 1996) and, as a ridge, on its values. The problem is
convex: on any processor the same optimum is found.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

Array = np.ndarray
FEWEST = 20  # finite values that an input must have to get a term


@dataclass(frozen=True)
class Settings:
    """How flexible the terms are."""

    knots: int = 8
    smooth: float = 20.0
    ridge: float = 20.0
    unasked: float = 100.0  # times the ridge, on the value for NaN: what was not recorded speaks for nothing
    iterations: int = 200


@dataclass(frozen=True)
class Additive:
    """Knots of each input, and the values of its term there: ``(knots + 1, regimes)``, the last row for NaN."""

    knots: list[Array]
    values: list[Array]
    offset: Array

    def scores(self, inputs: Array) -> Array:
        """Scores of shape ``(cases, regimes)``."""
        basis, _ = _basis(inputs, self.knots)
        return basis @ np.concatenate(self.values) + self.offset


def softmax(scores: Array, temperature: float | Array = 1.0) -> Array:
    """Probabilities along the last axis."""
    scaled = scores / temperature
    weights = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True)


def fit(inputs: Array, targets: Array, weights: Array, settings: Settings) -> Additive:
    """The model of least penalised cross-entropy to ``targets``, shares of shape ``(cases, regimes)``."""
    knots = [_knots(inputs[:, at], settings.knots) for at in range(inputs.shape[1])]
    basis, spans = _basis(inputs, knots)
    penalty = _penalty(basis.shape[1], spans, settings)
    regimes = targets.shape[1]
    weighted = weights[:, None] * targets

    def loss(flat: Array) -> tuple[float, Array]:
        values, offset = flat[:-regimes].reshape(-1, regimes), flat[-regimes:]
        probabilities = softmax(basis @ values + offset)
        smoothness = penalty @ values
        cross_entropy = -float((weighted * np.log(np.maximum(probabilities, 1e-300))).sum())
        residual = weighted.sum(axis=1, keepdims=True) * probabilities - weighted
        gradient = np.concatenate([(basis.T @ residual + smoothness).ravel(), residual.sum(axis=0)])
        return cross_entropy + 0.5 * float((values * smoothness).sum()), gradient

    begin = np.zeros((basis.shape[1] + 1) * regimes)
    options = {"maxiter": settings.iterations, "maxcor": 20, "ftol": 1e-12, "gtol": 1e-6}
    found = minimize(loss, begin, jac=True, method="L-BFGS-B", options=options)
    values = found.x[:-regimes].reshape(-1, regimes)
    return Additive(knots, [values[a:b] for a, b in spans], found.x[-regimes:])


def _knots(values: Array, most: int) -> Array:
    finite = values[np.isfinite(values)]
    if finite.size < FEWEST:
        return np.array([0.0, 1.0])
    found = np.unique(np.quantile(finite, np.linspace(0.005, 0.995, most)))
    return found if found.size > 1 else np.array([found[0], found[0] + 1.0])


def _basis(inputs: Array, knots: list[Array]) -> tuple[Array, list[tuple[int, int]]]:
    """Hat functions at the knots of each input and an indicator of NaN, and the columns of each input."""
    ends = np.cumsum([0, *(each.size + 1 for each in knots)])
    spans = list(zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True))
    basis = np.zeros((len(inputs), ends[-1]))
    rows = np.arange(len(inputs))
    for at, (own, (first, past)) in enumerate(zip(knots, spans, strict=True)):
        missing = np.isnan(inputs[:, at])
        x = np.clip(np.where(missing, own[0], inputs[:, at]), own[0], own[-1])
        below = np.clip(np.searchsorted(own, x, side="right") - 1, 0, own.size - 2)
        share = (x - own[below]) / (own[below + 1] - own[below])
        basis[rows, first + below] = 1 - share
        basis[rows, first + below + 1] = share
        basis[missing, first : past - 1] = 0.0
        basis[missing, past - 1] = 1.0
    return basis, spans


def _penalty(size: int, spans: list[tuple[int, int]], settings: Settings) -> Array:
    penalty = settings.ridge * np.eye(size)
    for first, past in spans:
        knots = past - first - 1
        slope = np.diff(np.eye(knots), axis=0)
        bend = np.diff(slope, axis=0)
        penalty[first : past - 1, first : past - 1] += settings.smooth * (bend.T @ bend + 0.3 * slope.T @ slope)
        penalty[past - 1, past - 1] *= settings.unasked
    return penalty
