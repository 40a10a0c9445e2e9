"""Style, scripts and marks of the page, and the policy that lets a browser run these and nothing else."""

from __future__ import annotations

import base64
import hashlib
from importlib import resources

import numpy as np
from matplotlib.markers import MarkerStyle
from matplotlib.path import Path as Outline

from sweep.regimes import VERDICTS
from sweep.report.page.colours import RUNS, Shade, shade

ASSETS = resources.files("sweep.report.page") / "assets"
SCRIPTS = (
    "data.js",
    "filter.js",
    "lines.js",
    "charts.js",
    "legend.js",
    "run.js",
    "table.js",
    "update.js",
    "main.js",
)
"""The page's own script, in order: one function around all of them."""
STYLES = ("base.css", "overview.css", "pictures.css", "compare.css", "runs.css", "media.css")
"""The page's own style, in order."""


def style() -> str:
    """The style sheet, the colours of the regimes in it for either theme."""
    rules = [f".r-{name}{{--c:{_themed(shade(one.colour))}}}" for name, one in VERDICTS.items()]
    rules += [f".p-{place}{{--c:{_themed(shade(colour))}}}" for place, colour in enumerate(RUNS)]
    return "\n".join([_read("uplot", "uPlot.min.css"), *rules, *(_read(name) for name in STYLES)])


def chart_script() -> str:
    """uPlot as it is published, its licence in front."""
    licence = _read("uplot", "LICENSE")
    return f"/*! uPlot\n{licence}*/\n{_read('uplot', 'uPlot.iife.min.js')}"


def script() -> str:
    """The page's own script."""
    return "\n".join(["(() => {", '"use strict";', *(_read(name) for name in SCRIPTS), "})();", ""])


def policy(style: str, *scripts: str) -> str:
    """The content security policy: this style and these scripts by their hashes, pictures inside, nothing else."""
    hashes = " ".join(_hash(text) for text in scripts)
    return (
        f"default-src 'none'; script-src {hashes}; style-src {_hash(style)}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def marker_outline(marker: str) -> str:
    """One of matplotlib's markers as an SVG path in -1..1, so that page and pictures mark a regime alike."""
    style = MarkerStyle(marker)
    path = style.get_path().transformed(style.get_transform())
    reach = float(np.abs(np.asarray(path.vertices)).max())
    words = {Outline.MOVETO: "M", Outline.LINETO: "L", Outline.CURVE3: "Q", Outline.CURVE4: "C"}
    drawn = []
    for points, code in path.iter_segments(simplify=False, curves=True):
        if code == Outline.CLOSEPOLY:
            drawn.append("Z")
            continue
        pairs = [f"{x / reach:.3f} {-y / reach:.3f}" for x, y in np.reshape(points, (-1, 2))]
        drawn.append(words[code] + " ".join(pairs))
    return "".join(drawn)


def _read(*names: str) -> str:
    return ASSETS.joinpath(*names).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode('ascii')}'"


def _themed(colour: Shade) -> str:
    return f"light-dark({colour.light}, {colour.dark})"
