"""Fewer points for the same picture: evaluated curves keep their extremes, batch losses become means with a range."""

from __future__ import annotations

import itertools
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sweep.curves import Series


class Binned(NamedTuple):
    """Stretches of a dense series: mean, lowest and highest finite value of each, at its middle step."""

    mean: Series
    low: Series
    high: Series


def extremes(series: Series, most: int) -> Series:
    """At most about ``most`` points: both ends, and the lowest and the highest of equal stretches.

    A stretch of non-finite values keeps its first point, so that the gap stays visible.
    """
    if len(series) <= most:
        return series
    kept = {0, len(series) - 1}
    for first, end in _stretches(len(series), max(most // 2 - 1, 1)):
        values = series.values[first:end]
        finite = np.isfinite(values)
        if not finite.any():
            kept.add(first)
            continue
        kept.add(first + int(np.where(finite, values, np.inf).argmin()))
        kept.add(first + int(np.where(finite, values, -np.inf).argmax()))
    places = sorted(kept)
    return Series(series.steps[places], series.values[places])


def binned(series: Series, most: int) -> Binned:
    """The series in ``most`` equal stretches. Raises ``ValueError`` where it has no more points than that."""
    if len(series) <= most:
        raise ValueError(f"a series of {len(series)} points needs no {most} bins")
    steps = []
    rows: list[tuple[float, float, float]] = []
    for first, end in _stretches(len(series), most):
        steps.append(series.steps[(first + end - 1) // 2])
        rows.append(_range(series.values[first:end]))
    mean, low, high = np.array(rows).T
    return Binned(Series(steps, mean), Series(steps, low), Series(steps, high))


def _range(values: NDArray[np.float64]) -> tuple[float, float, float]:
    finite = values[np.isfinite(values)]
    if not finite.size:
        return (np.nan, np.nan, np.nan)
    return (float(finite.mean()), float(finite.min()), float(finite.max()))


def _stretches(size: int, many: int) -> list[tuple[int, int]]:
    edges = np.linspace(0, size, many + 1).astype(int).tolist()
    return list(itertools.pairwise(edges))
