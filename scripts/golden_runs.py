"""Train the first evaluations of the steady regimes and write them to tests/snapshots; the test holds later versions to
them. Only the first: later on the rounding of another processor has grown too large.

    python scripts/golden_runs.py

Look at the difference before committing it: a curve that changes here is a change of a recipe or an engine.
"""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Mapping
from pathlib import Path

import torch

from sweep import engines, recipes
from sweep.config import compose
from sweep.curves import Curves
from sweep.engines.job import TrainingJob

FOLDER = Path(__file__).resolve().parents[1] / "tests" / "snapshots"
RECIPES = ("digits", "pairs")
STEADY = ("healthy", "underfit")  # an erratic curve is chaotic: rounding decides where it goes
EVALUATIONS = 5


def first_evaluations(recipe: str, regime: str) -> Curves:
    """Losses on the sample of the training set and on the validation set, seed 0, up to the fifth evaluation."""
    torch.set_num_threads(1)
    config = compose.settings([f"recipe={recipe}", f"+regime={regime}", "seed=0", "engine.device=cpu"])
    task = recipes.build(config.recipe, config.seed)
    points: list[tuple[float, str, float]] = []

    def watch(step: int, values: Mapping[str, float]) -> bool:
        if "val_loss" not in values:
            return False
        points.extend((step, name, values[name]) for name in ("train_loss", "val_loss"))
        return len(points) == 2 * EVALUATIONS

    with tempfile.TemporaryDirectory() as folder:
        job = TrainingJob(task, config.train, config.seed, config.engine.device, Path(folder))
        engines.train(config.engine.name, job, watch)
    return Curves.from_points(points)


def file_of(recipe: str, regime: str) -> Path:
    """Where the golden curves of a run are kept."""
    return FOLDER / f"{recipe}-{regime}.csv"


def main() -> None:
    """Write every file."""
    for recipe, regime in itertools.product(RECIPES, STEADY):
        file_of(recipe, regime).write_text(first_evaluations(recipe, regime).to_csv(), encoding="utf-8")


if __name__ == "__main__":
    main()
