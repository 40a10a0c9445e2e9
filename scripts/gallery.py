"""Every regime of every recipe in one picture, from the studies that `regimes.py` left.

python scripts/gallery.py docs/regimes.png outputs/regimes-{digits,pairs,language,translation}-0-5 [--seed 1]
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from sweep.curves import Curves
from sweep.regimes import VERDICTS
from sweep.report.figures.learning_curves import INK, draw_loss, save

REGIMES = ("healthy", "overfit", "underfit", "erratic")


def main() -> None:
    """Draw the loss of one seed's run of each regime, a row of pictures to a study."""
    asked = _arguments()
    figure = Figure(figsize=(15, 2.9 * len(asked.studies)), layout="constrained")
    FigureCanvasAgg(figure)
    grid = figure.subplots(len(asked.studies), len(REGIMES), squeeze=False)
    for row, study in zip(grid, asked.studies, strict=True):
        summary = json.loads((study / "summary.json").read_text(encoding="utf-8"))
        for axes, regime in zip(row, REGIMES, strict=True):
            runs = summary["runs"]
            run = next(run for run in runs if run["expected"] == regime and run["seed"] == asked.seed)
            draw_loss(axes, Curves.from_csv((study / f"{run['trial']:03d}" / "curves.csv").read_text(encoding="utf-8")))
            axes.set_title(f"read as {run['diagnosed']}", color=VERDICTS[regime].colour, fontweight="bold", loc="left")
            knobs = f"{run['learning_rate']:.2g} x {run['batch_size']} x {run['epochs']}"
            axes.set_title(knobs, fontsize=8, color=INK, loc="right")
            axes.set_xlabel("")
            axes.set_ylabel(run["recipe"] if regime == "healthy" else "", fontsize=12, fontweight="bold")
    grid[0][0].legend(fontsize=8, frameon=False)
    figure.supxlabel("steps; above each: what it was read as, and learning rate x batch size x epochs", fontsize=9)
    asked.target.parent.mkdir(parents=True, exist_ok=True)
    save(figure, asked.target)
    with Image.open(asked.target) as drawn:  # few colours, in a third of the bytes
        drawn.convert("RGB").quantize(128, dither=Image.Dither.NONE).save(asked.target, optimize=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", type=Path)
    parser.add_argument("studies", type=Path, nargs="+")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


if __name__ == "__main__":
    main()
