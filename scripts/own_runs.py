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
from omegaconf import OmegaConf

from sweep import recipes
from sweep.config import CONF, Knobs
from sweep.engines import train
from sweep.engines.job import Job
from sweep.schema import Recipe, Reference, Sizes, Train

REGIMES = ("healthy", "overfit", "underfit", "erratic")


def recipe(name: str) -> Recipe:
    """A recipe by the name of its file."""
    said = OmegaConf.to_container(OmegaConf.load(CONF / "recipe" / f"{name}.yaml"))
    return Recipe(**{**said, "reference": Reference(**said["reference"]), "sizes": Sizes(**said.get("sizes", {}))})


def knobs(of: Recipe, regime: str, moved: float) -> Knobs:
    """The regime's knobs on a recipe, its decisive factor times ``moved``."""
    said = OmegaConf.to_container(OmegaConf.load(CONF / "regime" / f"{regime}.yaml"))["regime"]
    own = of.regimes.get(regime)
    factors = {}
    for knob in ("learning_rate", "batch_size", "epochs"):
        factor = said.get(knob, 1.0)
        if own is not None and (own.get(knob) if isinstance(own, dict) else getattr(own, knob)) is not None:
            factor = own[knob] if isinstance(own, dict) else getattr(own, knob)
        factors[knob] = factor
    factors["epochs" if regime == "overfit" else "learning_rate"] *= moved
    at = of.reference
    return Knobs(
        at.learning_rate * factors["learning_rate"],
        max(1, round(at.batch_size * factors["batch_size"])),
        max(1, round(at.epochs * factors["epochs"])),
    )


def main() -> None:
    """Run what is not there yet."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--recipes", nargs="+", default=["digits", "pairs"])
    options.add_argument("--seeds", nargs="+", type=int, default=[0, 1])
    options.add_argument("--engine", default="trainer")
    options.add_argument("--out", type=Path, default=Path("outputs/calibration/own.jsonl"))
    chosen = options.parse_args()
    torch.set_num_threads(1)
    settings = OmegaConf.to_container(OmegaConf.load(CONF / "config.yaml"))["train"]
    done = set()
    if chosen.out.exists():
        done = {(r["recipe"], r["regime"], r["seed"]) for r in map(json.loads, chosen.out.open())}
    for seed, name, regime in itertools.product(chosen.seeds, chosen.recipes, REGIMES):
        if (name, regime, seed) in done:
            continue
        begun, of = time.perf_counter(), recipe(name)
        rng = np.random.default_rng(zlib.crc32(f"{name} {regime} {seed}".encode()))
        moved = 1.0 if seed == 0 else float(np.exp(rng.uniform(-0.3, 0.3)))
        points: list[tuple[float, str, float]] = []

        def watch(step: int, values: dict[str, float], points: list[tuple[float, str, float]] = points) -> bool:
            points.extend((step, key, value) for key, value in values.items())
            return False

        with tempfile.TemporaryDirectory() as folder:
            job = Job(recipes.build(of, seed), Train(**settings), knobs(of, regime, moved), seed, "cpu", Path(folder))
            train(chosen.engine, job, watch)
        row = {"recipe": name, "regime": regime, "seed": seed, "moved": moved, "points": points}
        with chosen.out.open("a") as file:
            file.write(json.dumps(row) + "\n")
        print(name, regime, seed, f"{time.perf_counter() - begun:.0f} s", flush=True)


if __name__ == "__main__":
    main()
