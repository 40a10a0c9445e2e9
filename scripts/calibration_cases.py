"""Labelled histories to calibrate the diagnosis on: parametric families, tiny networks, and this project's own runs.

A case is curves, a label, and where it comes from (`source`, `recipe`, `setting`), by which cases are split. Labels of
parametric families hold by construction. Those of real runs are read from what the diagnosis does not see: the loss on
a large clean test set, what the same run gained later on, and what its siblings on the same data reached. Cases that
lie between two labels are left out.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from sweep.curves import Curves, Series
from sweep.diagnosis import Baseline
from sweep.diagnosis.features import shake
from sweep.diagnosis.noise import jump_size, shared_rise, smooth

Floats = np.ndarray


@dataclass(frozen=True)
class Case:
    """One labelled history."""

    curves: Curves
    label: str
    source: str
    recipe: str
    setting: str
    baseline: Baseline | None = None


# ---------------------------------------------------------------------------------------------- parametric families


def fall(rng: np.random.Generator, time: Floats, pace: float) -> Floats:
    """A fall from 1 to about 0 that is mostly over at ``pace``, exponential or a power; at time 0 it is 1."""
    if rng.random() < 0.7:
        return np.exp(-3 * time / pace)
    power = rng.uniform(1.0, 3.0)
    return (1 + time / pace * 2) ** -power


def coloured(rng: np.random.Generator, points: int) -> Floats:
    """Unit noise, white or wandering."""
    noise, stay = rng.normal(size=points), rng.choice([0.0, 0.0, 0.4, 0.7])
    for at in range(1, points):
        noise[at] = stay * noise[at - 1] + np.sqrt(1 - stay**2) * noise[at]
    return noise


def parametric(seed: int, count: int) -> Iterator[Case]:
    """Histories of every regime over a wide range of shapes, scales, noises, lengths and grids."""
    rng = np.random.default_rng(seed)
    for number in range(count):
        label = ("healthy", "overfit", "underfit", "erratic")[number % 4]
        points = (
            int(np.exp(rng.uniform(np.log(5), np.log(600)))) if rng.random() < 0.95 else int(rng.integers(600, 5000))
        )
        time = np.linspace(rng.choice([0.0, 1 / points]), 1, points)
        family, train, val = globals()[f"_{label}"](rng, time)
        if label != "erratic":
            level = rng.choice([0.0, 0.003, 0.01, 0.02, 0.04]) * min(1.0, (points / 30) ** 0.5)
            reach = max(val.max() - val.min(), 0.02 * abs(val).max())
            val = val + level * reach * coloured(rng, points)
            train = train + 0.5 * level * np.ptp(train) * rng.normal(size=points)
        yield Case(_recorded(rng, time, train, val), label, "parametric", family, str(number % 5))


def _recorded(rng: np.random.Generator, time: Floats, train: Floats, val: Floats) -> Curves:
    """As a log would hold it: some unit, some steps, missing points, training on a grid of its own or not at all."""
    unit, steps = 10 ** rng.uniform(-4, 4), np.arange(1, time.size + 1) * float(rng.choice([1, 7, 50, 1000]))
    kept = rng.random(time.size) > rng.choice([0.0, 0.0, 0.0, 0.15])
    kept[[0, -1]] = True
    series = {"val_loss": Series(steps[kept], unit * val[kept])}
    how = rng.random()
    if how < 0.75:
        series["train_loss"] = Series(steps, unit * train)
    elif how < 0.9:
        dense = np.linspace(steps[0], steps[-1], min(10 * time.size, 5000))
        noisy = np.interp(dense, steps, train) * (1 + 0.1 * rng.normal(size=dense.size))
        series["batch_loss"] = Series(dense, unit * noisy)
    return Curves(series)


def _healthy(rng: np.random.Generator, time: Floats) -> tuple[str, Floats, Floats]:
    floor, drop, pace = (
        rng.choice([0.0, 0.3, 1.0, 5.0]) * rng.uniform(0.2, 1),
        rng.uniform(0.3, 3),
        rng.uniform(0.05, 0.45),
    )
    base = fall(rng, time, pace)
    gap = rng.uniform(-0.1, 0.3) * drop
    train, val = floor + drop * base, floor + abs(gap) + drop * base
    if gap < 0:
        train, val = val, train
    family = str(rng.choice(["settles", "settles", "slight_rise", "schedule", "restarts", "double_descent", "spike"]))
    span = val.max() - val.min()
    match family:
        case "slight_rise":
            val = val + rng.uniform(0, 0.02) * min(span, val.min()) * np.clip(time - pace, 0, None)
        case "schedule":
            bend = np.where(time > 0.6, 0.08 * drop * (1 - np.exp(-12 * (time - 0.6))), 0)
            train, val = train + 0.1 * drop - bend, val + 0.1 * drop - bend
        case "restarts" if time.size > 60:
            bump = 0.06 * drop * np.abs(np.sin(3 * np.pi * time)) * (time < 0.99)
            train, val = train + bump, val + bump
        case "double_descent":
            hump = 0.4 * drop * np.exp(-((time - 0.3) ** 2) / 0.006)
            val = val + hump + 0.1 * drop * np.exp(-6 * time)
        case "spike" if time.size > 12:
            at = int(rng.integers(3, time.size - 4))
            val[at] += 0.8 * drop
            train[at] += 0.5 * drop
    return family, train, val


def _overfit(rng: np.random.Generator, time: Floats) -> tuple[str, Floats, Floats]:
    drop, floor, pace = rng.uniform(0.1, 3), rng.uniform(0.1, 2), rng.uniform(0.03, 0.5)
    base = fall(rng, time, pace)
    train = (floor + drop) * ((1 - rng.uniform(0, 0.1)) * fall(rng, time, rng.uniform(pace, 1.2)) + 0.01)
    bottom = pace * rng.uniform(0.6, 1.2)
    if rng.random() < 0.25:
        val = 1.2 * floor + drop * fall(rng, time, 0.15)
        train = np.minimum(val, (floor + drop) * fall(rng, time, rng.uniform(0.5, 0.9)))
        short = drop > 0.8 * floor  # the gap has to be large against what was gained
        val = val + (drop if short else 0.0)
        return "stall", train, val
    share = np.exp(rng.uniform(np.log(0.1), np.log(1.5)))
    height = share * np.sqrt(floor * max(floor, drop))
    shape = np.clip((time - bottom) / (1 - bottom), 0, None) ** rng.choice([0.6, 1.0, 1.5])
    return "rises", train, floor + drop * base + height * shape


def _underfit(rng: np.random.Generator, time: Floats) -> tuple[str, Floats, Floats]:
    start, gap = rng.uniform(0.3, 5), rng.uniform(0, 0.05)
    if rng.random() < 0.4:
        lost = rng.uniform(0, 0.035)
        curve = start * (1 - lost * (time if rng.random() < 0.7 else 1 - np.exp(-3 * time)))
        return "flat", curve, curve * (1 + 0.01 * rng.uniform(-1, 1))
    pace = rng.uniform(2.5, 20)
    lost = rng.uniform(0.4, 0.95)
    curve = start * (1 - lost + lost * np.exp(-3 * time / pace))
    if 1 - curve[-1] / curve[0] < 0.08:
        curve = start * (1 - rng.uniform(0.15, 0.5) * time)
    return "falling", curve, curve + gap * (start - curve)


def _erratic(rng: np.random.Generator, time: Floats) -> tuple[str, Floats, Floats]:
    start, points = rng.uniform(0.5, 3), time.size
    family = str(rng.choice(["swings", "swings", "breaks", "explodes", "collapses"]))
    calm = start * (0.4 + 0.6 * fall(rng, time, rng.uniform(0.1, 0.6)))
    match family:
        case "swings":
            amount = rng.uniform(0.12, 0.6) * start
            shared = amount * (rng.normal(size=points) if rng.random() < 0.7 else np.cos(2.6 * np.arange(points)))
            train, val = (np.abs(calm + shared + 0.2 * amount * rng.normal(size=points)) for _ in range(2))
        case "breaks":
            train, val = calm.copy(), calm * 1.05
            at = int(points * rng.uniform(0.3, 0.9))
            train[at:] = val[at:] = rng.choice([np.nan, np.inf])
        case "explodes":
            growth = np.exp(rng.uniform(3, 12) * np.clip(time - rng.uniform(0.1, 0.5), 0, None))
            train, val = calm * growth, calm * growth * 1.1
        case _:
            at = max(2, int(points * rng.uniform(0.1, 0.4)))
            shaken = start * (1 + rng.uniform(0.1, 1.0) * np.abs(rng.normal(size=points)))
            shaken[0], shaken[at // 2] = start, start * rng.uniform(0.5, 0.8)
            flat = start * (1 + rng.uniform(0.002, 0.02) + 0.001 * rng.normal(size=points))
            train = np.where(np.arange(points) < at, shaken, flat)
            val = train * (1 + 0.001 * rng.normal(size=points))
    return family, train, val


# -------------------------------------------------------------------------------------------------- tiny networks


def tiny(path: Path, seed: int) -> Iterator[Case]:
    """Cases from `tiny_runs.py`: validation is the clean test loss under added noise, or the run's own large set."""
    rng = np.random.default_rng(seed)
    groups: dict[int, list[dict[str, Any]]] = defaultdict(list)
    with path.open() as file:
        for line in file:
            history = json.loads(line)
            groups[history["seed"]].append(history)
    for histories in groups.values():
        calm = [h for h in histories if np.isfinite(h["test_loss"]).all()]
        bests = [(h["rate"], float(smooth(np.array(h["test_loss"])).min())) for h in calm]
        for history in histories:
            reached = Reached(
                min((best for _, best in bests), default=0.0),
                min((best for rate, best in bests if rate < 0.5 * history["rate"]), default=np.inf),
            )
            case = _tiny(rng, history, reached)
            if case is not None:
                yield case


class Reached(NamedTuple):
    """The best clean loss of the siblings on the same data: of any, and of those at less than half the rate."""

    any: float
    slower: float


def _tiny(rng: np.random.Generator, history: dict[str, Any], reached: Reached) -> Case | None:
    test, train = (np.array(history[name], dtype=float) for name in ("test_loss", "train_loss"))
    points = test.size
    cut = points
    if history["schedule"] == "constant" and rng.random() < 0.5:
        cut = int(rng.integers(max(8, points // 20), max(points, 9) + 1))
    label = truth(test, train, min(cut, points), reached)
    if label is None:
        return None
    test, train = test[:cut], train[:cut]
    finite = test[np.isfinite(test)]
    noise = float(rng.choice([0.0, 0.0, 0.01, 0.03])) if label != "erratic" else 0.0
    val = test + noise * min(float(np.ptp(finite)) if finite.size else 0.0, 1e6) * coloured(rng, test.size)
    settings = f"{history['optimiser']} {history['batch']} {history['width']} {history['schedule']}"
    return Case(Curves.of(train_loss=train, val_loss=val), label, "tiny", history["task"], settings)


def truth(test: Floats, train: Floats, cut: int, reached: Reached) -> str | None:
    """What the first ``cut`` points of a run truly were; nothing where that lies between two regimes.

    Where jumps are neither plain nor trifling, a lower rate decides: it does clearly better on an erratic run.
    """
    now, learnt = test[:cut], train[:cut]
    if not (np.isfinite(now).all() and np.isfinite(learnt).all()):
        return "erratic"
    level, learning = smooth(now), smooth(learnt)
    tail = max(2, min(cut // 10, 25))
    start, end, at = max(now[0], learnt[0]), float(np.median(now[-tail:])), int(np.argmin(level))
    bottom = min(float(level[at]), end)
    gained = max(start - bottom, 1e-9)
    jumps = min(shake(now, start), shake(learnt, start))
    of_level = min(jump_size(part) / max(float(np.median(part[cut // 3 :])), 1e-12) for part in (now, learnt))
    slower = bottom / max(reached.slower, 1e-12)
    climbed = shared_rise(now, learnt)
    wandering = climbed > 0.3 * (start - min(start, float(now.min()))) and climbed > 0.05 * start
    restless = wandering or (jumps > 0.025 and of_level > 0.01)
    if (jumps > 0.1 and of_level > 0.03) or min(end, float(learning[-1])) > 2.5 * start:
        return "erratic"
    if bottom <= 0 or (restless and 1.05 < slower <= 1.2):
        return None
    share = float(np.sqrt((end - bottom) / bottom * min((end - bottom) / gained, 1.0)))
    gap = (end - learning[-1]) / max(end, 1e-9)
    if restless and slower > 1.2:  # a lower rate does clearly better, and so might keeping an earlier model
        return "erratic" if share < 0.03 else None
    if share > 0.08:
        return "overfit" if gap > 0.05 and learning[-1] < learning[at] else None
    settled = int(np.argmax(level <= bottom + 0.05 * gained))
    fell = 1 - learning[-1] / max(learning[settled], 1e-9)
    wide = (end - learning[-1]) / max(start - end, 1e-9)
    if settled < 0.6 * cut and fell > 0.3 and gap > 0.4 and wide > 0.3:
        return "overfit" if fell > 0.5 and gap > 0.6 and wide > 0.8 else None
    if share > 0.03:
        return None
    later = min(float(smooth(test)[min(cut, test.size - 1) :].min()), end)
    ahead, missed = (end - later) / max(start - later, 1e-9), (end - reached.any) / max(start - reached.any, 1e-9)
    moved = max(1 - end / start, 1 - learning[-1] / max(learnt[0], 1e-9))
    if (missed > 0.3 and moved < 0.04) or (min(missed, ahead) > 0.15 and moved > 0.08):
        return "underfit"
    healthy = moved > 0.1 and missed < 0.35 and ahead < 0.04 and (cut < 0.7 * test.size or missed < 0.1)
    return "healthy" if healthy else None


# --------------------------------------------------------------------------------------------------- our own runs


def own(path: Path) -> Iterator[Case]:
    """Cases from `own_runs.py`; the label is the deliberate setting."""
    with path.open() as file:
        for line in file:
            row = json.loads(line)
            curves = Curves.from_points(map(tuple, row["points"]))
            setting, chance = f"{row['regime']} {row['seed']}", Baseline(row["baseline"])
            yield Case(curves, row["regime"], "own", row["recipe"], setting, chance)
