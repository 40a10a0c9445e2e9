"""The four regimes in one picture, from a study that has them.

python scripts/gallery.py outputs/STUDY docs/regimes.png [SEED]
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from sweep.curves import Curves
from sweep.report.picture import INK, REGIME, draw_loss, save


def main(study: Path, target: Path, seed: int = 1) -> None:
    """Draw the loss of one seed's run of each regime."""
    runs = json.loads((study / "summary.json").read_text(encoding="utf-8"))["runs"]
    figure = Figure(figsize=(11, 6.4), layout="constrained")
    FigureCanvasAgg(figure)
    for axes, regime in zip(figure.subplots(2, 2).flat, ("healthy", "overfit", "underfit", "erratic"), strict=True):
        run = next(run for run in runs if run["expected"] == regime and run["seed"] == seed)
        draw_loss(axes, Curves.from_csv((study / f"{run['trial']:03d}" / "curves.csv").read_text(encoding="utf-8")))
        axes.set_title(f"{regime}, read as {run['diagnosed']}", color=REGIME[regime], fontweight="bold", loc="left")
        knobs = f"learning rate {run['learning_rate']:.2g}, batch {run['batch_size']}, {run['epochs']} epochs"
        axes.text(1, 1.02, knobs, transform=axes.transAxes, ha="right", fontsize=7.5, color=INK)
    target.parent.mkdir(parents=True, exist_ok=True)
    save(figure, target)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), *map(int, sys.argv[3:]))
