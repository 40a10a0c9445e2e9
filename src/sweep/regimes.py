"""The regimes of learning curves: the one list of their names, what they mean and how they are drawn.

A regime is what would help. Its name stands in configurations, in diagnoses and in JSON files; everything that prints,
draws or counts regimes iterates over this catalogue.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True)
class Regime:
    """A verdict on a run.

    ``meaning`` says what the curves show; ``expectation``, which change improves the test loss. ``colour`` is of Okabe
    and Ito's palette, distinct with any colour vision; ``marker`` is matplotlib's, ``glyph`` its like in text;
    ``style`` is the terminal's colour, by rich's name.
    """

    name: str
    meaning: str
    expectation: str
    colour: str
    marker: str
    glyph: str
    style: str


REGIMES: Final = (
    Regime(
        name="healthy",
        meaning="Both losses fall, level off and end close together.",
        expectation="None of these changes improves the test loss.",
        colour="#009E73",
        marker="o",
        glyph="●",
        style="green",
    ),
    Regime(
        name="overfit",
        meaning="The training loss keeps falling while the validation loss rises or stalls.",
        expectation="The model with the best validation loss beats the last one.",
        colour="#D55E00",
        marker="^",
        glyph="▲",
        style="red",
    ),
    Regime(
        name="underfit",
        meaning="Both losses are still falling, or have hardly moved.",
        expectation="Longer training or a higher learning rate improves the test loss.",
        colour="#56B4E9",
        marker="v",
        glyph="▼",
        style="cyan",
    ),
    Regime(
        name="erratic",
        meaning="The losses oscillate or jump, diverge, or are not finite.",
        expectation="A tenth of the learning rate improves the test loss.",
        colour="#CC79A7",
        marker="X",
        glyph="✖",
        style="magenta",
    ),
)
INCONCLUSIVE: Final = Regime(
    name="inconclusive",
    meaning="The curves do not single out one regime.",
    expectation="Unknown.",
    colour="#999999",
    marker="D",
    glyph="◆",
    style="yellow",
)
MIXED: Final = Regime(
    name="mixed",
    meaning="Two kinds of change improve the test loss by about as much.",
    expectation="No single change; the verdict of interventions alone.",
    colour="#555555",
    marker="P",
    glyph="✚",
    style="",
)

NAMES: Final = tuple(regime.name for regime in REGIMES)
VERDICTS: Final[Mapping[str, Regime]] = MappingProxyType({one.name: one for one in (*REGIMES, INCONCLUSIVE)})
"""What a diagnosis can say, by name: every regime in order, then inconclusive."""
