"""Which trials a map shows, which knobs its axes are, and where a setting lies in a panel."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from sweep.report.page.records import KNOBS

Record = Mapping[str, Any]
FEWEST_SETTINGS = 6
"""Different settings that a map needs."""
MOST_PANELS = 4
LEFT, TOP, RIGHT, BOTTOM = 46.0, 26.0, 8.0, 34.0
"""Margins of a panel in its own units, for the labels of its axes."""
WIDTH, HEIGHT = 360.0, 270.0


class Axis(NamedTuple):
    """A knob on a logarithmic axis from ``low`` to ``high``, both in log2, along ``start`` to ``end`` of a panel."""

    knob: str
    low: float
    high: float
    start: float
    end: float

    def place(self, value: float) -> float:
        """Where a value of the knob lies in the panel."""
        share = (np.log2(value) - self.low) / (self.high - self.low)
        return float(self.start + share * (self.end - self.start))

    def ticks(self) -> list[tuple[float, str]]:
        """Places and labels: decades, or powers of two where the range is short."""
        low, high = 2.0**self.low, 2.0**self.high
        decades = [10.0**k for k in range(-12, 13) if low <= 10.0**k <= high]
        if len(decades) >= 2:
            values = decades
        else:
            powers = [2.0**k for k in range(-30, 31) if low <= 2.0**k <= high]
            values = powers[:: max(1, -(-len(powers) // 6))]
        return [(round(self.place(value), 1), label(value)) for value in values]


def mapped(records: Sequence[Record]) -> list[Record]:
    """The trials that belong on a map: judged, with all three knobs, as they came, without a remedy."""
    return [
        one
        for one in records
        if one["verdict"] and one["p"] and not one["remedies"] and all((one[knob] or 0) > 0 for knob in KNOBS)
    ]


def is_mappable(records: Sequence[Record]) -> bool:
    """Whether trials cover enough settings, and learning rate or batch size enough values, for a map."""
    settings = {tuple(one[knob] for knob in KNOBS) for one in records}
    spread = max(len({one[knob] for one in records}) for knob in ("learning_rate", "batch_size")) if records else 0
    return len(settings) >= FEWEST_SETTINGS and spread > 2


def choose(records: Sequence[Record]) -> tuple[str, str, str]:
    """The knobs of the horizontal axis, of the vertical one and of the panels: the most varied ones are axes."""
    distinct = {knob: len({one[knob] for one in records}) for knob in KNOBS}
    x = "learning_rate" if distinct["learning_rate"] > 2 else max(KNOBS, key=lambda knob: distinct[knob])
    y, panels = sorted((knob for knob in KNOBS if knob != x), key=lambda knob: -distinct[knob])
    return x, y, panels


def axis(records: Sequence[Record], knob: str, start: float, end: float) -> Axis:
    """An axis that holds every trial with some room around it."""
    values = np.log2([one[knob] for one in records])
    low, high = float(values.min()), float(values.max())
    room = max(0.07 * (high - low), 0.6)
    return Axis(knob, low - room, high + room, start, end)


def panels(records: Sequence[Record], knob: str) -> list[tuple[str, float, list[Record]]]:
    """A title, the knob's value and the trials of each panel: a panel per value, or three ranges of many values."""
    values = sorted({one[knob] for one in records})
    if len(values) <= MOST_PANELS:
        return [(named(knob, value), value, [one for one in records if one[knob] == value]) for value in values]
    edges = np.quantile([one[knob] for one in records], [0, 1 / 3, 2 / 3, 1])
    made = []
    for first, (low, high) in enumerate(itertools.pairwise(edges)):
        inside = [one for one in records if low <= one[knob] <= high and (first == 0 or one[knob] > low)]
        if inside:
            middle = float(2.0 ** np.log2([one[knob] for one in inside]).mean())
            title = f"{label(min(one[knob] for one in inside))} to {named(knob, max(one[knob] for one in inside))}"
            made.append((title, middle, inside))
    return made


def named(knob: str, value: float) -> str:
    """A knob with its value, as a person says it."""
    if knob == "epochs":
        return f"{label(value)} epoch{'' if value == 1 else 's'}"
    return f"{knob.replace('_', ' ')} {label(value)}"


def label(value: float) -> str:
    """A value as it stands on an axis: ``16``, ``0.003``, ``1e-4``."""
    if 0 < abs(value) < 0.00099:
        return f"{value:.1e}".replace(".0e", "e").replace("e-0", "e-")
    return f"{value:.2g}" if abs(value) < 100 else f"{value:.0f}"
