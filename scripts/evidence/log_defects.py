"""Defects of logs: missing rows, smoothed or rounded values, another unit, an end at the first non-finite loss."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Floats = np.ndarray
LEAST = 3


@dataclass
class Part:
    """Rows of a log: steps, and columns `loss` and perhaps `acc` of the same length."""

    steps: np.ndarray
    columns: dict[str, Floats]

    def keep(self, rows: np.ndarray) -> Part:
        """These rows alone, if there are enough of them."""
        if rows.sum() < min(LEAST, len(self.steps)):
            return self
        return Part(self.steps[rows], {name: values[rows] for name, values in self.columns.items()})


def add_defects(parts: dict[str, Part], rng: np.random.Generator) -> tuple[dict[str, Part], list[str]]:
    """The parts with defects drawn at random, and the names of these."""
    notes = []
    last = max(part.steps[-1] for part in parts.values())
    if rng.random() < 0.12:
        notes.append("first_missing")
        first = last * rng.uniform(0.02, 0.25)
        parts = {name: part.keep(part.steps >= first) for name, part in parts.items()}
    broken = _break(parts)
    if broken is not None and rng.random() < 0.5:
        notes.append("ends_at_break")
        end = broken + last * rng.choice([0.0, 0.02, 0.1])
        parts = {name: part.keep(part.steps <= end) for name, part in parts.items()}
    if rng.random() < 0.07:
        notes.append("gaps")
        share = rng.uniform(0.05, 0.3)
        parts = {name: part.keep(_gaps(len(part.steps), share, rng)) for name, part in parts.items()}
    if rng.random() < 0.08:
        notes.append("smoothed")
        _smooth(parts, rng)
    if rng.random() < 0.06:
        notes.append("unit")
        factor = 10 ** rng.uniform(-3, 3)
        for part in parts.values():
            part.columns["loss"] = part.columns["loss"] * factor
    if rng.random() < 0.75:
        notes.append("rounded")
        _round(parts, rng)
    return parts, notes


def _break(parts: dict[str, Part]) -> float | None:
    """The first step with a loss that is not finite."""
    steps = [part.steps[~np.isfinite(part.columns["loss"])] for part in parts.values()]
    return min((float(each[0]) for each in steps if len(each)), default=None)


def _gaps(count: int, share: float, rng: np.random.Generator) -> np.ndarray:
    """Which rows stay if a share is dropped at random; the first and the last always do."""
    rows = rng.random(count) >= share
    rows[[0, -1]] = True
    return rows


def _smooth(parts: dict[str, Part], rng: np.random.Generator) -> None:
    """Replace the losses of the training rows, sometimes of all, by their moving average."""
    stay = rng.uniform(0.5, 0.95)
    names = list(parts) if rng.random() < 0.4 else [next(iter(parts))]
    for name in names:
        parts[name].columns["loss"] = moving_average(parts[name].columns["loss"], stay)


def moving_average(values: Floats, stay: float) -> Floats:
    """Exponential moving average with its start corrected (Kingma and Ba 2015, section 3)."""
    total, weight = 0.0, 0.0
    result = np.empty(len(values))
    for at, value in enumerate(values):
        total = stay * total + (1 - stay) * value
        weight = stay * weight + (1 - stay)
        result[at] = total / weight
    return result


def _round(parts: dict[str, Part], rng: np.random.Generator) -> None:
    """All values to 2 to 5 decimals, or losses to as many significant digits where decimals would leave little."""
    digits = int(rng.integers(2, 6))
    significant = rng.random() < 0.4
    for part in parts.values():
        for name, values in part.columns.items():
            if significant or np.nanmax(np.abs(values), initial=0.0) < 10 ** (1 - digits):
                part.columns[name] = np.array([float(f"{value:.{digits}g}") for value in values])
            else:
                part.columns[name] = np.round(values, digits)
