"""The map of regimes as shapes: regions of the most probable regime, their boundaries, and the trials on them."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import contourpy
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

from sweep.regimes import NAMES
from sweep.report.page import map_axes, regime_map
from sweep.report.page.map_axes import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Axis
from sweep.report.page.records import KNOBS

Record = Mapping[str, Any]
Floats = NDArray[np.float64]

GRID = (97, 65)
"""Columns and rows of a panel where the model is asked."""
SURE = (0.5, 0.75)
"""Probabilities from which a region is drawn stronger."""
NEAR = 0.5
"""Support below which no trial is near."""
MOST_POINTS = 400
"""Trials drawn in a panel."""
SMALLEST = 0.03
"""Share of a panel that a region needs to carry its name."""


class Region(NamedTuple):
    """Where a regime is the most probable one: its boundary, the surer parts of it, and a place for its name."""

    regime: str
    outline: str
    surer: list[str]
    name_at: tuple[float, float] | None


class Point(NamedTuple):
    """A trial in a panel; ``run`` is its place among the page's runs."""

    run: int
    x: float
    y: float
    record: Record


@dataclass(frozen=True)
class Panel:
    """One panel of a map; ``far`` covers where no trial is near, ``reading`` says the panel in words."""

    title: str
    regions: list[Region]
    far: str
    points: list[Point]
    best: Point | None
    x: Axis
    y: Axis
    reading: str


@dataclass(frozen=True)
class MapPicture:
    """The map of one recipe. ``band`` is the range of learning rates that stay healthy as ``band_at`` says."""

    recipe: str
    panels: list[Panel]
    band: tuple[float, float] | None
    band_at: str
    hidden: int

    @property
    def has_pruned(self) -> bool:
        """Whether a trial in the picture was pruned."""
        return any(point.record["state"] == "PRUNED" for panel in self.panels for point in panel.points)


def draw(records: Sequence[Record], best: str) -> list[MapPicture]:
    """A map per recipe whose trials cover enough settings; ``best`` is the label of the recommended run."""
    numbered = {one["label"]: place for place, one in enumerate(records)}
    shown = map_axes.mapped(records)
    made = []
    for recipe in dict.fromkeys(one["recipe"] for one in shown):
        trials = [one for one in shown if one["recipe"] == recipe]
        if map_axes.is_mappable(trials):
            made.append(_map(recipe or "", trials, numbered, best))
    return made


def _map(recipe: str, trials: Sequence[Record], numbered: Mapping[str, int], best: str) -> MapPicture:
    x_knob, y_knob, panel_knob = map_axes.choose(trials)
    knobs = [knob for knob in (x_knob, y_knob, panel_knob) if len({one[knob] for one in trials}) > 1]
    model = regime_map.fit(
        [[one[knob] for knob in knobs] for one in trials], [list(one["p"].values()) for one in trials]
    )
    x = map_axes.axis(trials, x_knob, LEFT, WIDTH - RIGHT)
    y = map_axes.axis(trials, y_knob, HEIGHT - BOTTOM, TOP)
    panels = []
    for title, value, inside in map_axes.panels(trials, panel_knob):
        shares, support = _asked(model, knobs, x, y, (panel_knob, value))
        points = [Point(numbered[one["label"]], x.place(one[x_knob]), y.place(one[y_knob]), one) for one in inside]
        chosen = next((point for point in points if point.record["label"] == best), None)
        fewer = _fewer(points, chosen)
        regions = [
            region
            for place, regime in enumerate(NAMES)
            if (region := _region(place, regime, shares, support, fewer, x, y))
        ]
        far = _outline(NEAR - support, 0.0, x, y)
        reading = _reading(shares, support, x, y)
        panels.append(Panel(title, regions, far, fewer, chosen, x, y, reading))
    recommended = next((one for one in trials if one["label"] == best), None)
    band = _band(model, knobs, recommended, trials) if recommended else None
    band_at = " and ".join(map_axes.named(knob, recommended[knob]) for knob in KNOBS[1:]) if recommended else ""
    return MapPicture(recipe, panels, band, band_at, len(trials) - sum(len(panel.points) for panel in panels))


def _asked(
    model: regime_map.RegimeMap, knobs: Sequence[str], x: Axis, y: Axis, panel: tuple[str, float]
) -> tuple[Floats, Floats]:
    """Probabilities ``(rows, columns, regimes)`` and support ``(rows, columns)`` over a panel."""
    columns, rows = GRID
    across, up = np.meshgrid(np.linspace(x.low, x.high, columns), np.linspace(y.low, y.high, rows))
    values = {x.knob: across, y.knob: up, panel[0]: np.full_like(across, np.log2(panel[1]))}
    places = np.stack([values[knob].ravel() for knob in knobs], axis=1)
    shares, support = model.at(places)
    return shares.reshape(rows, columns, -1), support.reshape(rows, columns)


def _region(
    place: int, regime: str, shares: Floats, support: Floats, points: Sequence[Point], x: Axis, y: Axis
) -> Region | None:
    own = shares[..., place]
    lead = own - np.delete(shares, place, axis=-1).max(axis=-1)
    outline = _outline(lead, 0.0, x, y)
    if not outline:
        return None
    surer = [path for bound in SURE if (path := _outline(np.where(lead > 0, own, 0.0), bound, x, y))]
    return Region(regime, outline, surer, _name_at((lead > 0) & (support > NEAR), points, x, y))


def _outline(height: Floats, level: float, x: Axis, y: Axis) -> str:
    """The area where ``height`` exceeds ``level``, as an SVG path; empty where there is none."""
    columns, rows = GRID
    across, up = np.linspace(x.start, x.end, columns), np.linspace(y.start, y.end, rows)
    lines = contourpy.contour_generator(across, up, height, fill_type="OuterOffset").filled(level, np.inf)
    path = []
    for points, offsets in zip(*lines, strict=True):
        for first, end in itertools.pairwise(offsets):
            corners = [f"{a:.1f} {b:.1f}" for a, b in points[first : end - 1]]
            path.append(f"M{'L'.join(corners)}Z")
    return "".join(path)


def _name_at(inside: NDArray[np.bool_], points: Sequence[Point], x: Axis, y: Axis) -> tuple[float, float] | None:
    """The place in a region that is farthest from its boundary and from every trial."""
    if inside.mean() < SMALLEST:
        return None
    columns, rows = GRID
    free = np.pad(inside, 1)
    for point in points:
        column = round((point.x - x.start) / (x.end - x.start) * (columns - 1))
        row = round((point.y - y.start) / (y.end - y.start) * (rows - 1))
        free[row + 1, column + 1] = False
    row, column = divmod(int(distance_transform_edt(free, sampling=(1.0, 0.45)).argmax()), columns + 2)
    return (
        round(x.start + (column - 1) / (columns - 1) * (x.end - x.start), 1),
        round(y.start + (row - 1) / (rows - 1) * (y.end - y.start), 1),
    )


def _fewer(points: Sequence[Point], chosen: Point | None) -> list[Point]:
    """An even choice among very many trials; the recommended one is always among them."""
    if len(points) <= MOST_POINTS:
        return list(points)
    places = np.linspace(0, len(points) - 1, MOST_POINTS).astype(int)
    fewer = [points[place] for place in places]
    return fewer if chosen is None or chosen in fewer else [*fewer[:-1], chosen]


def _reading(shares: Floats, support: Floats, x: Axis, y: Axis) -> str:
    """The middle row of a panel in words, from the lowest setting to the highest."""
    row = shares.shape[0] // 2
    stretches: list[tuple[str, float]] = []
    for place, value in enumerate(np.linspace(x.low, x.high, shares.shape[1])):
        near = support[row, place] > NEAR
        name = NAMES[int(shares[row, place].argmax())] if near else "no trial near"
        if not stretches or stretches[-1][0] != name:
            stretches.append((name, 2.0**value))
    begun = [f"{name} from {map_axes.label(value)}" for name, value in stretches[1:]]
    middle = map_axes.named(y.knob, 2.0 ** ((y.low + y.high) / 2))
    return f"At {middle}, by {x.knob.replace('_', ' ')}: {', '.join([stretches[0][0], *begun])}"


def _band(
    model: regime_map.RegimeMap, knobs: Sequence[str], best: Record, trials: Sequence[Record]
) -> tuple[float, float] | None:
    """The learning rates around the recommended one, within those tried, where healthy is the most probable regime."""
    if "learning_rate" not in knobs or best["verdict"] != "healthy":
        return None
    rates = np.log2([one["learning_rate"] for one in trials])
    line = np.linspace(rates.min(), rates.max(), 401)
    fixed = {knob: np.full_like(line, np.log2(best[knob])) for knob in KNOBS}
    places = np.stack([line if knob == "learning_rate" else fixed[knob] for knob in knobs], axis=1)
    shares, support = model.at(places)
    healthy = (shares.argmax(axis=1) == NAMES.index("healthy")) & (support > NEAR)
    at = int(np.abs(line - np.log2(best["learning_rate"])).argmin())
    if not healthy[at]:
        return None
    low = at - int(np.argmin(healthy[at::-1])) + 1 if not healthy[: at + 1].all() else 0
    high = at + int(np.argmin(healthy[at:])) - 1 if not healthy[at:].all() else len(line) - 1
    return (float(2.0 ** line[low]), float(2.0 ** line[high]))
