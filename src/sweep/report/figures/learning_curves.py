"""The picture of one run: loss on the left, accuracy on the right, the verdict in the title."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from sweep.curves import Curves, Series
from sweep.diagnosis import Diagnosis

# Okabe and Ito's palette: told apart with any kind of colour vision, and in grey.
TRAIN, VAL, GAP, INK = "#0072B2", "#D55E00", "#E69F00", "#333333"
DPI = 100
MARGINS = {"top": 0.84, "bottom": 0.13}  # shares of the figure
SCORES = (("acc", "accuracy"), ("f1", "macro F1"), ("bleu", "BLEU"), ("perplexity", "perplexity"))


def draw(curves: Curves, diagnosis: Diagnosis | None, title: str) -> Figure:
    """A figure of two panels, 11 x 4.2 inches. Works on any curves, also on empty ones."""
    # Fixed margins: a layout that fits itself would draw everything twice, and every trial pays for its picture.
    figure = Figure(figsize=(11, 4.2), dpi=DPI)
    FigureCanvasAgg(figure)
    loss, score = figure.subplots(1, 2, gridspec_kw={**MARGINS, "left": 0.065, "right": 0.985, "wspace": 0.16})
    draw_loss(loss, curves)
    draw_score(score, curves)
    legend(loss if loss.lines else score)  # the colours mean the same in both
    if diagnosis is None:
        figure.suptitle(title, color=INK)
    else:
        says = (
            f"{diagnosis.regime}  ({min(diagnosis.confidence, 0.99):.0%} sure)"
            if diagnosis.confidence
            else diagnosis.regime
        )
        figure.suptitle(f"{title}:  {says}", color=INK, fontweight="bold")
    return figure


def save(figure: Figure, path: Path) -> None:
    """Write the figure; the format is the path's ending."""
    # A lighter compression: a few per cent more bytes for a third of the time.
    figure.savefig(path, dpi=DPI, pil_kwargs={"compress_level": 3})


def draw_loss(axes: Axes, curves: Curves) -> None:
    """Dense batch loss faint behind its smoothing, both evaluated losses, the gap between them, and the minimum."""
    batch, train, val = curves["batch_loss"], curves["train_loss"], curves["val_loss"]
    window = max(1, len(batch) // 40)
    smoothed = batch.smooth(window)
    seen = [series.finite().values for series in (smoothed, train, val)]
    top = _top(np.concatenate(seen)) if any(len(x) for x in seen) else None
    if len(batch):
        full = slice(window // 2, len(batch) - window // 2)  # at the ends the mean is of ever fewer batches
        faint, line = _thin(batch), _thin(Series(smoothed.steps[full], smoothed.values[full]))
        axes.plot(faint.steps, faint.values, color=TRAIN, alpha=0.15, linewidth=0.7)
        axes.plot(line.steps, line.values, color=TRAIN, alpha=0.45, linewidth=1.0, label="each batch")
    _pair(axes, train, val)
    known = val.finite()
    if len(known) > 1:
        at = int(known.values.argmin())
        # Its number stands in the legend, where it covers no curve.
        label = f"best {known.values[at]:.3g}"
        axes.plot(known.steps[at], known.values[at], "v", color=VAL, ms=9, mec="white", zorder=5, label=label)
    for series in (batch, train, val):
        lost = series.steps[~np.isfinite(series.values)]
        if len(lost):
            axes.axvline(lost[0], color=INK, linestyle=":", linewidth=1.2)
            axes.annotate("NaN or Inf", (lost[0], 0.96), xycoords=("data", "axes fraction"), ha="right", fontsize=9)
            break
    if top is not None and np.isfinite(top):
        low = min(float(x.min()) for x in seen if len(x))
        middle, least = (top + low) / 2, 0.1 * max(abs(top), abs(low))
        low, top = min(low, middle - least), max(top, middle + least)  # a flat run looks flat, not like its noise
        room = 0.06 * (top - low) or 0.5
        axes.set_ylim(low - room, top + room)
    _dress(axes, "loss")


def draw_score(axes: Axes, curves: Curves) -> None:
    """The first score that was recorded, of both splits, or that none was."""
    name, words = next(((n, w) for n, w in SCORES if f"val_{n}" in curves or f"train_{n}" in curves), ("", ""))
    if not name:
        axes.text(0.5, 0.5, "no accuracy was recorded", transform=axes.transAxes, ha="center", color=INK)
        axes.set_axis_off()
        return
    _pair(axes, curves[f"train_{name}"], curves[f"val_{name}"])
    if name in ("acc", "f1"):
        axes.set_ylim(-0.02, 1.02)
    _dress(axes, words)


def _pair(axes: Axes, train: Series, val: Series) -> None:
    shared = np.intersect1d(train.finite().steps, val.finite().steps)
    if len(shared) > 1:
        low = train.values[np.isin(train.steps, shared)]
        high = val.values[np.isin(val.steps, shared)]
        axes.fill_between(shared, low, high, color=GAP, alpha=0.18, linewidth=0, label="gap")
    for series, colour, marker, label in ((train, TRAIN, "o", "training"), (val, VAL, "s", "validation")):
        if len(series):
            size = 3.5 if len(series) <= 60 else 0
            axes.plot(series.steps, series.values, color=colour, marker=marker, markersize=size, lw=1.8, label=label)


def _top(values: np.ndarray) -> float:
    """The upper edge: everything, unless a few points tower so high that the rest would be a flat line."""
    high, usual = float(values.max()), float(np.quantile(values, 0.95))
    low = float(values.min())
    return high if high - low <= 6 * (usual - low) else low + 2 * (usual - low)


def _thin(series: Series, most: int = 400) -> Series:
    """The lowest and the highest of each of `most` stretches: a dense line looks the same, and is drawn sooner."""
    if len(series) <= 2 * most:
        return series
    edges = np.linspace(0, len(series), most + 1).astype(int)
    ends = [(a + f(series.values[a:b])) for a, b in itertools.pairwise(edges) for f in (np.argmin, np.argmax)]
    kept = np.unique(ends)
    return Series(series.steps[kept], series.values[kept])


def _dress(axes: Axes, what: str) -> None:
    axes.set_xlabel("step", color=INK)
    axes.set_ylabel(what, color=INK)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(alpha=0.25, linewidth=0.6)
    axes.locator_params(nbins=6)
    axes.tick_params(colors=INK)


def legend(axes: Axes) -> None:
    """What the lines are, in a row above the panel: inside it would cover a curve."""
    if handles := axes.get_legend_handles_labels()[0]:
        axes.legend(
            loc="lower left", bbox_to_anchor=(0, 1), ncols=len(handles), borderaxespad=0.2, frameon=False,
            fontsize=8.5, columnspacing=1.1, handlelength=1.2, handletextpad=0.5,
        )  # fmt: skip
