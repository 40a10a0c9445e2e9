"""What is measured on a run. Every number is free of the unit of the losses and of the steps."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from sweep.curves import Floats
from sweep.diagnosis.noise import jump_correlation, jump_size, median, noise, shared_rise, smooth, window_for
from sweep.diagnosis.series import PreparedSeries
from sweep.diagnosis.trend import extrapolate

MOST = 99.0  # where a ratio has no end (nothing gained, no noise at all), it is this


@dataclass(frozen=True)
class Features:
    """Measures of one run. Levels (first group) are in the view's units, everything else is a share or a ratio.

    The "main" series is validation, or training where there is none; its "drop" is how far it fell from its start, or
    from chance where that is known and lower, to its bottom; "since it settled" begins where it first came within a
    twentieth of the drop of its bottom.
    """

    points: int
    start: float  # the higher of the first validation and the first training value
    bottom: float  # lowest smoothed value
    end: float  # median of the last tenth
    sigma: float  # point-to-point noise
    train_start: float
    train_end: float
    bottom_at: int  # index of the bottom
    best_at: int  # index of the lowest single value
    settled_at: int

    rise: float  # geometric mean of the next two: either alone misleads, see ``measure``
    rise_of_level: float  # rise from the bottom to the end, as a share of the bottom
    rise_of_drop: float  # the same as a share of the drop
    rise_z: float  # the same in standard errors
    train_rise: float  # what ``rise`` is for validation, for training since its own bottom; each share is at most 1
    since: float  # share of the run since the bottom
    fell_since: float  # fall of training since the bottom, as a share of its level there
    train_lost: float  # share of its start that training lost
    gap_of_level: float  # gap between the ends, as a share of the validation level
    gap_of_drop: float  # the same as a share of what validation gained
    stalled: float  # share of the run since it settled
    stall_fell: float  # fall of training since then, as a share of its level then
    moved: float  # the most that validation or training ever lost for good, as a share of the start
    fell: float  # how far the bottom is below the start, as a share of it
    shake: float  # size of the late jumps as a share of the range, at most 1
    shake_of_level: float  # the same as a share of the late level
    train_shake: float  # the first for training
    together: float  # correlation of the jumps of training and validation
    climbs: float  # all that training and validation went up together, as a share of the way down
    climbs_of_start: float  # the same as a share of the start
    turns: float  # share of inner points where the direction changes
    gain_of_level: float  # what as much training again would gain, as a share of the end
    gain_of_drop: float  # the same as a share of what was gained
    gain_z: float  # the same in standard errors
    exploded: float  # the least that validation and training end above their start, as a share of it
    thrown: float  # height of the unstable stretch above, or depth below, the level that the run came back to
    thrown_z: float  # the same against the noise of the last part
    fallen_back: float  # share of that height or depth that is gone at the end, in training too
    flat: float  # the same over the movement in the last part


def ratio(top: float, below: float) -> float:
    """``top / below`` held within +-``MOST``; nothing over nothing is 0."""
    if below <= 0 or abs(top) >= MOST * below:
        return float(np.sign(top)) * MOST if top else 0.0
    return top / below


def measure(view: PreparedSeries, chance: float = math.inf) -> Features:
    """All measures of a view with at least one point; ``chance`` is what a constant predictor reaches, in its units.

    What was learnt counts from chance where a run began above it: on a language model's way from all tokens alike to
    the shares of the tokens, nothing is learnt that anyone wants.

    A rise as a share of the bottom's level makes much of a wiggle where the loss has become tiny; as a share of the
    drop, where the first epochs were not recorded. Their geometric mean asks for both.
    """
    main, train, n = view.main, view.train, view.main.size
    short = n < 8
    level, learning = (main, train) if short else (smooth(main), smooth(train))
    sigma, width, tail = noise(main), 1 if short else window_for(n), last(n)
    end = median(main[-tail:])
    bottom_at = int(np.argmin(level))
    bottom = min(float(level[bottom_at]), end)
    first = float(main[0])
    joint = view.val.size > 0 and train.size > 0 and float(train[0]) < 3 * abs(first)
    start = max(first, float(train[0])) if joint else first
    origin = min(start, chance)
    drop, rise = max(origin - bottom, 0.0), end - bottom
    of_level, of_drop = ratio(rise, bottom), ratio(rise, drop)
    settled_at = int(np.argmax(level <= bottom + 0.05 * drop))
    late = min(sigma, noise(main[-max(5, n - bottom_at + 1) :]) or sigma)  # the steep beginning is over by then
    climbed_both = shared_rise(view.val, train) if view.evaluated else 0.0
    gain, gain_error = extrapolate(view.time, main)
    t_start = t_end = t_lost = gap = fell_since = stall_fell = 0.0
    if train.size:
        t_start, t_end = float(max(train[0], learning[0])), median(train[-tail:])
        t_lost, gap = ratio(min(t_start, chance) - t_end, abs(min(t_start, chance))), end - t_end
        fell_since = ratio(float(learning[bottom_at]) - t_end, abs(float(learning[bottom_at])))
        stall_fell = ratio(float(learning[settled_at]) - t_end, abs(float(learning[settled_at])))
    thrown, thrown_z, fallen_back, flat = unstable(view, start)
    return Features(
        points=n,
        start=start,
        bottom=bottom,
        end=end,
        sigma=sigma,
        train_start=t_start,
        train_end=t_end,
        bottom_at=bottom_at,
        best_at=int(np.argmin(main)),
        settled_at=settled_at,
        rise=float(np.sqrt(max(of_level, 0.0) * min(max(of_drop, 0.0), 1.0))),
        rise_of_level=of_level,
        rise_of_drop=of_drop,
        rise_z=ratio(rise, late * float(np.sqrt(1 / tail + 1 / width))),
        train_rise=climbed(learning, t_end) if train.size else 0.0,
        since=(n - 1 - bottom_at) / max(n - 1, 1),
        fell_since=fell_since,
        train_lost=t_lost,
        gap_of_level=ratio(gap, abs(end)),
        gap_of_drop=ratio(gap, max(origin - end, 0.0)),
        stalled=(n - 1 - settled_at) / max(n - 1, 1),
        stall_fell=stall_fell,
        moved=max(ratio(origin - end, abs(origin)), t_lost),
        fell=ratio(drop, abs(origin)),
        shake=shake(main, origin, chance),
        shake_of_level=ratio(jump_size(main), median(np.abs(main[n // 3 :]))),
        train_shake=shake(train, origin, chance) if train.size else 0.0,
        together=jump_correlation(main, train) if view.val.size and train.size else 0.0,
        climbs=ratio(climbed_both, origin - float(main.min())),
        climbs_of_start=ratio(climbed_both, abs(origin)),
        turns=float(np.mean(np.diff(main)[1:] * np.diff(main)[:-1] < 0)) if n > 2 else 0.0,
        gain_of_level=ratio(gain, abs(end)),
        gain_of_drop=ratio(gain, max(origin - end, 0.0)),
        gain_z=ratio(gain, gain_error),
        exploded=min(ratio(end - start, abs(start)), ratio(t_end - t_start, abs(t_start)) if train.size else MOST),
        thrown=thrown,
        thrown_z=thrown_z,
        fallen_back=fallen_back,
        flat=flat,
    )


def climbed(level: Floats, end: float) -> float:
    """How far the end of a series is above its bottom: geometric mean of the shares of the drop and of the bottom."""
    bottom = float(level.min())
    rise = max(end - bottom, 0.0)
    return float(np.sqrt(min(ratio(rise, float(level[0]) - bottom), 1.0) * min(ratio(rise, bottom), 1.0)))


def shake(values: Floats, origin: float, chance: float = math.inf) -> float:
    """How restless a series is: its late jumps against all the way that it went down, at most 1."""
    return min(ratio(jump_size(values), max(origin, min(float(values[0]), chance)) - float(values.min())), 1.0)


def last(points: int) -> int:
    """How many points at the end stand for the end: a tenth, 1 to 25."""
    return int(np.clip(round(points / 10), 3 if points >= 12 else 1, 25))


def unstable(view: PreparedSeries, start: float) -> tuple[float, float, float, float]:
    """The signs of a collapse: ``thrown``, ``thrown_z``, ``fallen_back`` and ``flat`` of ``Features``.

    A collapsed run once moved visibly, up (batches, averaged by five, count too) or down, and ends flat where it began.
    """
    main, train, n = view.main, view.train, view.main.size
    tail = main[-max(3, n // 4) :]
    end = median(tail)
    parts = [part for part in (main, train, fives(view.batch)) if part.size]
    up = max(excess(part, max(start, end)) for part in parts)
    down = start - float(main.min())
    reach = max(up, down)
    back = 1 - ratio(max(start - end, 0.0), reach) if reach > 0 else 0.0
    if train.size:
        ended = median(train[-max(3, n // 4) :])
        back = min(back, 1 - ratio(max(float(train[0]) - ended, 0.0), min(reach, abs(float(train[0])))))
    motion, still = float(np.ptp(tail)), 1e-3 * reach
    return (
        ratio(reach, abs(start)),
        ratio(reach, max(noise(tail), still)),
        max(back, 0.0),
        ratio(reach, max(motion, still)),
    )


def excess(values: Floats, level: float) -> float:
    """How far a series once was above a level; nothing where its own late noise may have done that."""
    height = float(values.max()) - level
    return height if height > 4 * noise(values[-max(5, values.size // 4) :]) else 0.0


def fives(values: Floats) -> Floats:
    """Means over each five values in a row; the values themselves where there are fewer."""
    return values[: values.size // 5 * 5].reshape(-1, 5).mean(axis=1) if values.size >= 5 else values
