"""Small pictures of both losses: of the clearest run of each regime, or drawn by hand where there is none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sweep.curves import Curves, Series
from sweep.report.page.thinning import extremes

Floats = NDArray[np.float64]
WIDTH, HEIGHT, EDGE = 220.0, 96.0, 5.0
MOST = 120
"""Points of a line."""


class Sketch(NamedTuple):
    """SVG paths of training and validation loss; ``run`` is the label of the run, empty for a drawing by hand."""

    train: str
    val: str
    run: str


def of_curves(curves: Curves, run: str) -> Sketch | None:
    """The losses of a run on one scale from zero; ``None`` where no loss has two finite points."""
    train, val = curves["train_loss"].finite(), curves["val_loss"].finite()
    if len(train) < 2:
        dense = curves["batch_loss"]
        train = dense.smooth(max(1, len(dense) // 20)).finite()
    lines = [line for line in (train, val) if len(line) > 1]
    if not lines:
        return None
    steps = np.concatenate([line.steps for line in lines])
    values = np.concatenate([line.values for line in lines])
    return _scaled(train, val, (steps.min(), steps.max()), (min(0.0, float(values.min())), 1.04 * _top(values)), run)


def by_hand(regime: str) -> Sketch | None:
    """How a regime looks in a textbook; ``None`` for a regime that nobody drew."""
    x = np.linspace(0.0, 1.0, 60)
    if regime not in _DRAWN:
        return None
    train, val = _DRAWN[regime](x)
    return _scaled(Series(x, train), Series(x, val), (0.0, 1.0), (0.0, 1.05), "")


def _healthy(x: Floats) -> tuple[Floats, Floats]:
    return 0.15 + 0.8 * np.exp(-5 * x), 0.21 + 0.76 * np.exp(-4.6 * x)


def _overfit(x: Floats) -> tuple[Floats, Floats]:
    return 0.03 + 0.92 * np.exp(-5 * x), 0.28 + 0.66 * np.exp(-8 * x) + 0.42 * x**1.4


def _underfit(x: Floats) -> tuple[Floats, Floats]:
    return 0.93 - 0.14 * x, 0.96 - 0.12 * x


def _erratic(x: Floats) -> tuple[Floats, Floats]:
    waves = 0.2 * np.sin(47 * x) * np.cos(13 * x + 1) + 0.1 * np.sin(91 * x)
    return 0.55 + 0.8 * waves, 0.62 + 1.2 * np.roll(waves, 3)


_DRAWN = {"healthy": _healthy, "overfit": _overfit, "underfit": _underfit, "erratic": _erratic}


def _scaled(train: Series, val: Series, across: tuple[float, float], up: tuple[float, float], run: str) -> Sketch:
    return Sketch(_path(train, across, up), _path(val, across, up), run)


def _path(line: Series, across: tuple[float, float], up: tuple[float, float]) -> str:
    if len(line) < 2:
        return ""
    thin = extremes(line, MOST)
    x = EDGE + (thin.steps - across[0]) / (across[1] - across[0] or 1.0) * (WIDTH - 2 * EDGE)
    level = (thin.values - up[0]) / (up[1] - up[0] or 1.0)
    y = HEIGHT - EDGE - np.clip(level, 0.0, 1.0) * (HEIGHT - 2 * EDGE)
    return "M" + "L".join(f"{a:.1f} {b:.1f}" for a, b in zip(x, y, strict=True))


def _top(values: Floats) -> float:
    """The upper edge: everything, unless a few points are so high that the rest would be a flat line."""
    high, usual, low = float(values.max()), float(np.quantile(values, 0.95)), float(values.min())
    return high if high - low <= 6 * (usual - low) else low + 2 * (usual - low)


def clearest(best: Mapping[str, tuple[float, Sketch]], regime: str) -> Sketch | None:
    """The sketch of a regime: of its most certain run, else the one drawn by hand."""
    return best[regime][1] if regime in best else by_hand(regime)
