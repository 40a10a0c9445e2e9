"""The map of regimes: learning rate against batch size, a panel for each number of epochs, coloured by verdict."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from sweep.regimes import VERDICTS
from sweep.report.figures.learning_curves import INK

Run = Mapping[str, Any]


def draw(runs: Sequence[Run], best: Run | None, title: str) -> Figure:
    """A figure with a panel per number of epochs, at most four to a row; a pruned trial is drawn hollow."""
    judged = [run for run in runs if run["diagnosed"]]
    epochs = sorted({run["epochs"] for run in judged})
    columns, rows = min(len(epochs), 4) or 1, math.ceil(len(epochs) / 4) or 1
    figure = Figure(figsize=(1.2 + 3.6 * columns, 0.9 + 3.4 * rows), layout="constrained")
    FigureCanvasAgg(figure)
    grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    for axes, many in zip(grid.flat, epochs, strict=False):
        _panel(axes, judged, many, best)
    for axes in list(grid.flat)[len(epochs) :]:
        axes.set_axis_off()
    for axes in grid[:, 0]:
        axes.set_ylabel("batch size", color=INK)
    for axes in grid[-1]:
        axes.set_xlabel("learning rate", color=INK)
    seen = [verdict for name, verdict in VERDICTS.items() if any(run["diagnosed"] == name for run in judged)]
    keys = [
        Line2D([], [], color=one.colour, marker=one.marker, linestyle="none", markersize=8, label=one.name)
        for one in seen
    ]
    if best is not None:
        ring = Line2D([], [], color=INK, marker="o", markersize=14, markeredgewidth=1.6, linestyle="none", label="best")
        ring.set_markerfacecolor("none")
        keys.append(ring)
    figure.legend(handles=keys, loc="outside lower center", ncols=len(keys) or 1, frameon=False)
    figure.suptitle(title, color=INK, fontweight="bold")
    return figure


def _panel(axes: Axes, judged: Sequence[Run], epochs: int, best: Run | None) -> None:
    """The runs of so many epochs, on scales that hold all of them."""
    runs = [run for run in judged if run["epochs"] == epochs]
    axes.set_xscale("log")
    axes.set_yscale("log", base=2)
    for limits, knob in ((axes.set_xlim, "learning_rate"), (axes.set_ylim, "batch_size")):
        values = [run[knob] for run in judged]
        limits(min(values) / 1.8, max(values) * 1.8)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    for run in runs:
        verdict = VERDICTS[run["diagnosed"]]
        hollow = run["state"] == "PRUNED"
        axes.scatter(
            run["learning_rate"],
            run["batch_size"],
            s=70,
            marker=verdict.marker,
            facecolors="none" if hollow else verdict.colour,
            edgecolors=verdict.colour if hollow else "white",
            linewidths=1.4 if hollow else 0.6,
            alpha=0.9,
        )
    if best is not None and best in runs:
        at = best["learning_rate"], best["batch_size"]
        axes.scatter(*at, s=210, facecolors="none", edgecolors=INK, linewidths=1.6)
    axes.set_title(f"{epochs} epoch{'s' if epochs != 1 else ''}", color=INK, fontsize=10)
    axes.grid(alpha=0.25, linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)
