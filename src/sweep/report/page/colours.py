"""Colours of the regimes, darkened on white and lightened on black until they stand out enough there."""

from __future__ import annotations

from typing import NamedTuple

PAPER = {"light": "#ffffff", "dark": "#15181c"}
RUNS = ("#4477AA", "#EE6677", "#228833", "#CCBB44", "#66CCEE", "#AA3377", "#777777", "#222255")
"""A colour for each of a few runs, unlike those of the regimes: Paul Tol's bright scheme, and a dark blue."""
GRAPHICAL = 3.0
"""Contrast that marks and lines need to their ground (WCAG 2.2, 1.4.11)."""


class Shade(NamedTuple):
    """A colour for either theme."""

    light: str
    dark: str


def shade(colour: str, contrast: float = GRAPHICAL) -> Shade:
    """The colour, mixed with black or white in steps of 4 % until it has the contrast to the theme's paper."""
    return Shade(
        _legible(colour, PAPER["light"], "#000000", contrast), _legible(colour, PAPER["dark"], "#ffffff", contrast)
    )


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours ``#rrggbb``, 1 to 21 (WCAG 2.2)."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _legible(colour: str, paper: str, towards: str, wanted: float) -> str:
    for percent in range(0, 101, 4):
        mixed = _mix(colour, towards, percent / 100)
        if contrast(mixed, paper) >= wanted:
            return mixed
    return towards


def _mix(colour: str, other: str, share: float) -> str:
    pairs = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def _channels(colour: str) -> tuple[int, int, int]:
    return (int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16))


def _luminance(colour: str) -> float:
    linear = []
    for channel in _channels(colour):
        share = channel / 255
        linear.append(share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4)
    red, green, blue = linear
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
