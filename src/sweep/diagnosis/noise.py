"""Noise and smooth level of a noisy sequence, estimated from the sequence itself."""

from __future__ import annotations

import numpy as np

from sweep.curves import Floats

MEAN_TO_SIGMA = 1.2533  # the mean absolute value of a normal sample times this is its standard deviation
MAD_TO_SIGMA = 1.4826  # the median absolute deviation of a normal sample times this is its standard deviation

RISE_BINS = 20  # parts of a run that shared rises are counted over; more of them would add up more noise


def median(values: Floats) -> float:
    """The median of at least one value; several times as fast as numpy's on a few hundred."""
    ordered, half = np.sort(values), values.size // 2
    return float(ordered[half]) if values.size % 2 else float(0.5 * ordered[half - 1] + 0.5 * ordered[half])


def noise(values: Floats) -> float:
    """Standard deviation of the point-to-point noise of ``values``, shape ``(points,)``; 0 below three points.

    Second differences remove level and slope, so that a steep curve is not taken for a noisy one; independent noise of
    deviation s gives them s * sqrt(6). Half the root-mean-square guards against a median of 0 in a curve that stands
    still and jumps now and then.
    """
    if values.size < 3:
        return 0.0
    bends = np.abs(values[:-2] - 2 * values[1:-1] + values[2:]) / np.sqrt(6.0)
    typical = median(bends) * MAD_TO_SIGMA
    if typical > 0:
        return typical
    return 0.5 * float(np.sqrt(np.mean(bends**2)))


def jump_size(values: Floats) -> float:
    """Mean size of the jumps from point to point in the last two thirds, as the deviation of normal noise.

    Where ``noise`` asks what is typical, this asks what happens: a run thrown off now and then is not calm. The three
    largest bends are left out where there are enough, as a single spike makes just three.
    """
    late = values[values.size // 3 :]
    if late.size < 3:
        return 0.0
    bends = np.sort(np.abs(late[:-2] - 2 * late[1:-1] + late[2:]))
    bends = bends[:-3] if bends.size >= 9 else bends
    return float(bends.mean()) * MEAN_TO_SIGMA / float(np.sqrt(6.0))


def jump_correlation(one: Floats, other: Floats) -> float:
    """Correlation of the point-to-point jumps of two series in their last two thirds; 0 below five jumps.

    Two losses of one and the same model jump together where the model itself jumps; noise of measuring does not.
    """
    first, second = (np.diff(part[part.size // 3 :], 2) for part in (one, other))
    if first.size < 5 or first.size != second.size:
        return 0.0
    sizes = float(np.sqrt((first**2).sum())) * float(np.sqrt((second**2).sum()))
    return float((first * second).sum()) / sizes if sizes > 0 else 0.0


def shared_rise(one: Floats, other: Floats) -> float:
    """All that two series went up together, but for the largest climb, which may be a spike; 0 where one is missing.

    Counted over at most ``RISE_BINS`` parts of the run, by the smaller of the two: what one does alone is noise of
    measuring, or overfitting.
    """
    if not 0 < one.size == other.size:
        return 0.0
    risen = np.minimum(*(np.diff(binned_means(part, RISE_BINS)) for part in (one, other)))
    shared = risen[risen > 0]
    return float(shared.sum() - shared.max()) if shared.size else 0.0


def window_for(points: int) -> int:
    """Width of the smoothing window for so many points: a tenth of them, odd, at least 3."""
    return max(3, 2 * (points // 20) + 1)


def smooth(values: Floats) -> Floats:
    """Moving average over ``window_for(points)`` points; at an edge, over those that are there."""
    half, at = window_for(values.size) // 2, np.arange(values.size)
    sums = np.concatenate([[0.0], np.cumsum(values)])
    first, past = np.maximum(at - half, 0), np.minimum(at + half + 1, values.size)
    averaged: Floats = (sums[past] - sums[first]) / (past - first)
    return averaged


def binned_means(values: Floats, most: int) -> Floats:
    """At most ``most`` means over neighbouring points; the last bin always ends at the last point."""
    if values.size <= most:
        return values
    edges = np.linspace(0, values.size, most + 1).astype(int)
    means: Floats = np.add.reduceat(values, edges[:-1]) / np.diff(edges)
    return means
