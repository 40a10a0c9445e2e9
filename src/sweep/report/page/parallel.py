"""Parallel coordinates: a line per trial through its parameters to what it reached."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from sweep.report.page.map_axes import label
from sweep.report.page.records import KNOBS

Record = Mapping[str, Any]
WIDTH, HEIGHT, TOP, BOTTOM, SIDE = 960.0, 300.0, 34.0, 16.0, 70.0
MOST_AXES, MOST_LINES = 8, 500
FEWEST_RUNS = 6
LOG_FROM = 50.0
"""Ratio of largest to smallest from which an axis is logarithmic."""
Value = Callable[[Record], Any]


class Tick(NamedTuple):
    """A labelled value on an axis."""

    y: float
    label: str


class Upright(NamedTuple):
    """One axis: its place, its name and its labelled values."""

    x: float
    name: str
    ticks: list[Tick]


@dataclass(frozen=True)
class Parallel:
    """The picture: axes, and per trial its place among the page's runs, its verdict and its path."""

    axes: list[Upright]
    lines: list[tuple[int, str, str]]
    hidden: int


def draw(records: Sequence[Record]) -> Parallel | None:
    """The picture of all trials with a loss; ``None`` for few trials, or where fewer than two parameters vary."""
    shown = [(place, one) for place, one in enumerate(records) if one["loss"]]
    wanted = _axes([one for _, one in shown])
    if len(shown) < FEWEST_RUNS or len(wanted) < 3:
        return None
    xs = np.linspace(SIDE, WIDTH - SIDE, len(wanted))
    scales = [_scale([get(one) for _, one in shown]) for _, get in wanted]
    axes = [Upright(float(x), name, ticks) for x, (name, _), (_, ticks) in zip(xs, wanted, scales, strict=True)]
    picked = np.unique(np.linspace(0, len(shown) - 1, min(len(shown), MOST_LINES)).astype(int))
    lines = []
    for place, one in (shown[index] for index in picked):
        ys = [place_of(get(one)) for (_, get), (place_of, _) in zip(wanted, scales, strict=True)]
        corners = [f"{x:.1f} {y:.1f}" for x, y in zip(xs, ys, strict=True)]
        lines.append((place, str(one["verdict"]), "M" + "L".join(corners)))
    return Parallel(axes, lines, len(shown) - len(lines))


def _axes(records: Sequence[Record]) -> list[tuple[str, Value]]:
    """Names and values of what varies: the knobs, other parameters, and the best validation loss last."""
    found: list[tuple[str, Value]] = [(knob.replace("_", " "), _fact(knob)) for knob in KNOBS]
    names = dict.fromkeys(name for one in records for name in one["params"])
    found += [(name.rpartition(".")[2].replace("_", " "), _param(name)) for name in names]
    varied = [(name, get) for name, get in found if len({repr(get(one)) for one in records}) > 1]
    return [*varied[: MOST_AXES - 1], ("best validation loss", lambda one: one["loss"]["best"])]


def _fact(key: str) -> Value:
    return lambda one: one[key]


def _param(name: str) -> Value:
    return lambda one: one["params"].get(name)


def _scale(values: Sequence[Any]) -> tuple[Callable[[Any], float], list[Tick]]:
    """Where a value lies on its axis, and the labels: numbers by size, words in equal steps, what is missing below."""
    numbers = [value for value in values if _is_number(value)]
    if len(set(map(repr, numbers))) < 2 or len(numbers) < len(values) / 2:
        words = sorted({str(value) for value in values})
        step = (HEIGHT - TOP - BOTTOM) / max(len(words) - 1, 1)
        places = {word: HEIGHT - BOTTOM - step * rank for rank, word in enumerate(words)}
        shown = words if len(words) <= 8 else [words[0], words[-1]]
        return (lambda value: places[str(value)]), [Tick(places[word], word[:12]) for word in shown]
    low, high = min(numbers), max(numbers)
    bend: Callable[[float], float] = math.log if low > 0 and high / low > LOG_FROM else float
    span = bend(high) - bend(low)

    def place(value: Any) -> float:
        share = (bend(value) - bend(low)) / span if _is_number(value) else 0.0
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)

    distinct = sorted(set(numbers))
    chosen = distinct if len(distinct) <= 5 else [low, high]
    return place, [Tick(place(value), label(value)) for value in chosen]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
