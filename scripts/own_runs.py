"""Train this project's recipes under every regime, with settings moved about, and keep their curves for calibration.

    python scripts/own_runs.py --seeds 0 1 2 --out outputs/calibration/own.jsonl

One process, one run after the other. Each history carries its recipe, its regime (the label), its seed and by how much
its setting was moved from the regime's own. What is in the file already is not run again.
"""

from __future__ import annotations

import argparse
import itertools
import json
import tempfile
import time
import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from sweep import recipes
from sweep.config import compose
from sweep.config.schema import TrainSettings
from sweep.config.settings import Config
from sweep.engines import train
from sweep.engines.job import TrainingJob

REGIMES = ("healthy", "overfit", "underfit", "erratic")


def run_of(recipe: str, regime: str, seed: int) -> Config:
    """The settings of a run as the command line would give them."""
    return compose.settings([f"recipe={recipe}", f"+regime={regime}", f"seed={seed}"])


def moved_by(train: TrainSettings, regime: str, factor: float) -> TrainSettings:
    """The settings with the knob that makes the regime times a factor."""
    if regime == "overfit":
        return replace(train, epochs=max(1, round(train.epochs * factor)))
    return replace(train, learning_rate=train.learning_rate * factor)


def main() -> None:
    """Run what is not there yet."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--recipes", nargs="+", default=["digits", "pairs"])
    options.add_argument("--seeds", nargs="+", type=int, default=[0, 1])
    options.add_argument("--engine", default="trainer")
    options.add_argument("--out", type=Path, default=Path("outputs/calibration/own.jsonl"))
    chosen = options.parse_args()
    torch.set_num_threads(1)
    done = set()
    if chosen.out.exists():
        done = {(r["recipe"], r["regime"], r["seed"]) for r in map(json.loads, chosen.out.open())}
    for seed, name, regime in itertools.product(chosen.seeds, chosen.recipes, REGIMES):
        if (name, regime, seed) in done:
            continue
        begun, run = time.perf_counter(), run_of(name, regime, seed)
        rng = np.random.default_rng(zlib.crc32(f"{name} {regime} {seed}".encode()))
        moved = 1.0 if seed == 0 else float(np.exp(rng.uniform(-0.3, 0.3)))
        points: list[tuple[float, str, float]] = []

        def watch(step: int, values: dict[str, float], points: list[tuple[float, str, float]] = points) -> bool:
            points.extend((step, key, value) for key, value in values.items())
            return False

        with tempfile.TemporaryDirectory() as folder:
            task = recipes.build(run.recipe, seed)
            job = TrainingJob(task, moved_by(run.train, regime, moved), seed, "cpu", Path(folder))
            train(chosen.engine, job, watch)
        row = {"recipe": name, "regime": regime, "seed": seed, "moved": moved, "baseline": task.baseline.loss}
        row["points"] = points
        with chosen.out.open("a") as file:
            file.write(json.dumps(row) + "\n")
        print(name, regime, seed, f"{time.perf_counter() - begun:.0f} s", flush=True)


if __name__ == "__main__":
    main()
