"""Fits of the additive models over measures of a running training: penalised logistic and least-absolute regression."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sweep.curves import Floats

LIMITS = (0.01, 0.99)  # quantiles of a measure beyond which its term stays constant


class Bent(NamedTuple):
    """A piecewise linear term: one coefficient per knot, and one for NaN."""

    knots: Floats

    @staticmethod
    def of(values: Floats, knots: int = 6) -> Bent:
        """Knots at quantiles of the values."""
        found = np.unique(np.round(np.nanquantile(values, np.linspace(*LIMITS, knots)), 6))
        return Bent(found if found.size > 1 else np.array([found[0], found[0] + 1e-6]))

    def columns(self, values: Floats) -> Floats:
        """Hat functions, shape ``(values, knots + 1)``; the last column marks NaN."""
        unknown = np.isnan(values)
        inside = np.clip(np.where(unknown, self.knots[0], values), self.knots[0], self.knots[-1])
        hats = np.column_stack([np.interp(inside, self.knots, row) for row in np.eye(self.knots.size)])
        hats[unknown] = 0.0
        return np.column_stack([hats, unknown])

    def penalty(self, size: float, bend: float) -> Floats:
        """A ridge on all coefficients, and one on the second differences of those at the knots."""
        found = size * np.eye(self.knots.size + 1)
        if self.knots.size > 2:
            second = np.diff(np.eye(self.knots.size), 2, axis=0)
            found[:-1, :-1] += bend * second.T @ second
        return found

    def stored(self, coefficients: Floats) -> dict[str, Any]:
        """As the model file holds it."""
        return {
            "knots": self.knots.tolist(),
            "values": np.round(coefficients[:-1], 5).tolist(),
            "missing": round(float(coefficients[-1]), 5),
        }


class Straight(NamedTuple):
    """A linear term between two limits; NaN counts as the mean."""

    low: float
    high: float
    mean: float
    deviation: float

    @staticmethod
    def of(values: Floats) -> Straight:
        """Limits at quantiles of the values."""
        low, high = np.nanquantile(values, LIMITS)
        inside = np.clip(values, low, high)
        return Straight(float(low), float(high), float(np.nanmean(inside)), float(np.nanstd(inside)) or 1.0)

    def columns(self, values: Floats) -> Floats:
        """Standardised, shape ``(values, 1)``."""
        standard = (np.clip(values, self.low, self.high) - self.mean) / self.deviation
        return np.nan_to_num(standard, nan=0.0)[:, None]

    def penalty(self, size: float, bend: float) -> Floats:
        """A ridge."""
        return np.array([[size]])

    def stored(self, coefficients: Floats) -> dict[str, Any]:
        """As the model file holds it."""
        ends = (np.array([self.low, self.high]) - self.mean) / self.deviation
        return {
            "knots": [self.low, self.high],
            "values": np.round(coefficients[0] * ends, 5).tolist(),
            "missing": 0.0,
        }


class Fitted(NamedTuple):
    """Coefficients of an offset and terms."""

    terms: dict[str, Bent | Straight]
    coefficients: Floats

    def score(self, columns: dict[str, Floats]) -> Floats:
        """The score of every row."""
        found: Floats = design(self.terms, columns) @ self.coefficients
        return found

    def stored(self) -> dict[str, Any]:
        """As the model file holds it."""
        first = 1
        terms: dict[str, Any] = {}
        for name, term in self.terms.items():
            past = first + term.penalty(1.0, 0.0).shape[0]
            terms[name] = term.stored(self.coefficients[first:past])
            first = past
        return {"offset": round(float(self.coefficients[0]), 5), "terms": terms}


def design(terms: dict[str, Bent | Straight], columns: dict[str, Floats]) -> Floats:
    """The offset's column and those of all terms."""
    parts = [term.columns(columns[name]) for name, term in terms.items()]
    return np.column_stack([np.ones(parts[0].shape[0]), *parts])


def penalty(terms: dict[str, Bent | Straight], size: float, bend: float) -> Floats:
    """Block-diagonal; the offset is free."""
    blocks = [term.penalty(size, bend) for term in terms.values()]
    width = 1 + sum(block.shape[0] for block in blocks)
    found = np.zeros((width, width))
    at = 1
    for block in blocks:
        past = at + block.shape[0]
        found[at:past, at:past] = block
        at = past
    return found


def logistic(x: Floats, y: Floats, weight: Floats, ridge: Floats, rounds: int = 40) -> Floats:
    """Coefficients of penalised logistic regression, by Newton's method."""
    found = np.zeros(x.shape[1])
    for _ in range(rounds):
        chance = 1 / (1 + np.exp(-np.clip(x @ found, -30, 30)))
        slope = x.T @ (weight * (chance - y)) + ridge @ found
        curvature = (x * (weight * chance * (1 - chance) + 1e-9)[:, None]).T @ x + ridge
        step = np.linalg.solve(curvature, slope)
        found -= step
        if np.abs(step).max() < 1e-7:
            break
    return found


def least_absolute(x: Floats, y: Floats, weight: Floats, ridge: Floats, flat: float = 0.05) -> Floats:
    """Coefficients of penalised least-absolute regression, by reweighted least squares; quadratic within ``flat``."""
    found = np.zeros(x.shape[1])
    for _ in range(40):
        pull = weight / np.maximum(np.abs(y - x @ found), flat)
        found = np.linalg.solve((x * pull[:, None]).T @ x + ridge, x.T @ (pull * y))
    return found
