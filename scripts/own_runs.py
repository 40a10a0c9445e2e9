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
from pathlib import Path

import numpy as np
import torch
from hydra import compose, initialize_config_dir
from hydra.core.config_store import ConfigStore

from sweep import recipes
from sweep.config.resolve import CONF, Config, Knobs, read, resolve
from sweep.config.schema import Schema
from sweep.engines import train
from sweep.engines.job import Job

REGIMES = ("healthy", "overfit", "underfit", "erratic")


def run_of(recipe: str, regime: str, seed: int) -> Config:
    """The settings of a run as the command line would give them."""
    said = [f"recipe={recipe}", f"+regime={regime}", f"seed={seed}"]
    with initialize_config_dir(config_dir=str(CONF), version_base="1.3"):
        return resolve(read(compose("config", said)))


def moved_by(knobs: Knobs, regime: str, factor: float) -> Knobs:
    """The knobs with the one that makes the regime times a factor."""
    if regime == "overfit":
        return knobs._replace(epochs=max(1, round(knobs.epochs * factor)))
    return knobs._replace(learning_rate=knobs.learning_rate * factor)


def main() -> None:
    """Run what is not there yet."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--recipes", nargs="+", default=["digits", "pairs"])
    options.add_argument("--seeds", nargs="+", type=int, default=[0, 1])
    options.add_argument("--engine", default="trainer")
    options.add_argument("--out", type=Path, default=Path("outputs/calibration/own.jsonl"))
    chosen = options.parse_args()
    torch.set_num_threads(1)
    ConfigStore.instance().store(name="schema", node=Schema)
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
            task, knobs = recipes.build(run.recipe, seed), moved_by(run.knobs, regime, moved)
            job = Job(task, run.train, knobs, seed, "cpu", Path(folder))
            train(chosen.engine, job, watch)
        row = {"recipe": name, "regime": regime, "seed": seed, "moved": moved, "baseline": task.baseline.loss}
        row["points"] = points
        with chosen.out.open("a") as file:
            file.write(json.dumps(row) + "\n")
        print(name, regime, seed, f"{time.perf_counter() - begun:.0f} s", flush=True)


if __name__ == "__main__":
    main()
