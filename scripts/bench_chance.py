"""Does advice beat luck? Broken runs treated as advised, against as many random trials of the explore space.

    python scripts/bench_chance.py --seeds 10 --out outputs/bench/chance.jsonl      # run what is not there yet
    python scripts/bench_chance.py --out outputs/bench/chance.jsonl --table         # the numbers in docs/cures.md

A case is a recipe, a regime and a seed. It is run as it is, then treated: the first remedy advised that can act, on its
own settings, up to three times, until healthy. For each treatment one trial is drawn at random from the space of
`+sweep=explore`, on the same data and from the same seed. Test losses decide; a loss that is no number loses.

Every training is kept beside the file, in a folder of its name: after a change of the advice or of the diagnosis only
what differs is trained. Delete the folder after a change of a recipe or an engine.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import math
import time
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

REGIMES = ("overfit", "underfit", "erratic")
STEPS = 3


def settings(overrides: Sequence[str]) -> Any:
    """The settings that these overrides of the command line give."""
    from sweep.config import compose

    return compose.settings(overrides)


def drawn(recipe: str, regime: str, seed: int, number: int) -> list[str]:
    """A point of the explore space."""
    rng = np.random.default_rng(zlib.crc32(f"{recipe} {regime} {seed} {number}".encode()))
    rate = math.exp(rng.uniform(math.log(0.003), math.log(30)))
    batch, epochs = rng.choice([0.25, 1, 4]), rng.choice([0.5, 1, 6])
    return [
        f"recipe={recipe}",
        "+regime=healthy",  # to have the key; every factor is replaced
        "regime.name=explore",
        "regime.expect=null",
        f"regime.learning_rate={rate:.6g}",
        f"regime.batch_size={batch:g}",
        f"regime.epochs={epochs:g}",
        f"seed={seed}",
    ]


def trained(config: Any, runs: Path) -> tuple[dict[str, Any], Any]:
    """Train, or take up the same training from ``runs``; the facts of the run, and its diagnosis."""

    from sweep import recipes
    from sweep.curves import Curves
    from sweep.diagnosis import diagnose
    from sweep.report.figures import learning_curves

    what = {key: asdict(config)[key] for key in ("recipe", "train", "engine", "seed")}
    folder = runs / hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()[:16]
    task = recipes.build(config.recipe, config.seed)
    if not (folder / "result.json").exists():
        train(config, task, folder)
    curves = Curves.from_csv((folder / "curves.csv").read_text())
    result = json.loads((folder / "result.json").read_text())
    judged = curves.frozen_from(result["step"]) if config.train.early_stopping else curves
    diagnosis = diagnose(judged, task.baseline)
    learning_curves.save(
        learning_curves.draw(curves, diagnosis, f"{config.recipe.name}, seed {config.seed}"), folder / "curves.png"
    )
    facts = {
        **config.knobs,
        "diagnosed": diagnosis.regime,
        "confidence": round(diagnosis.confidence, 3),
        "findings": [finding.name for finding in diagnosis.findings],
        "test_loss": result["test_loss"],
        "test_acc": result.get("test_acc"),
        "steps": int(curves["batch_loss"].steps[-1]),
        "run": folder.name,
    }
    return facts, diagnosis


def train(config: Any, task: Any, folder: Path) -> None:
    """Train, and keep the curves and what the test split says."""
    from sweep import engines
    from sweep.curves import Curves
    from sweep.engines.job import TrainingJob

    points: list[tuple[float, str, float]] = []

    def watch(step: int, values: dict[str, float]) -> bool:
        points.extend((step, name, value) for name, value in values.items())
        return False

    folder.mkdir(parents=True, exist_ok=True)
    job = TrainingJob(task, config.train, config.seed, config.engine.device, folder)
    result = engines.train(config.engine.name, job, watch)
    (folder / "curves.csv").write_text(Curves.from_points(points).to_csv())
    loss = result.test.get("test_loss", math.nan)
    said = {**result.test, "step": result.step, "test_loss": loss if math.isfinite(loss) else None}
    (folder / "result.json").write_text(json.dumps(said))


def case(recipe: str, regime: str, seed: int, engine: str, runs: Path) -> dict[str, Any]:
    """One broken run, its treatments, and as many random trials."""
    from sweep.experiments.treatment.plan import treat

    plain = [f"engine={engine}"]
    config = settings([f"+regime={regime}", f"recipe={recipe}", f"seed={seed}", *plain])
    before, diagnosis = trained(config, runs)
    treatments: list[dict[str, Any]] = []
    while diagnosis.regime != "healthy" and len(treatments) < STEPS:
        advice = [{"remedy": hint.remedy, "strength": hint.strength} for hint in diagnosis.advice]
        treated = treat(replace(config, skipped=()), advice)
        if treated is None:
            break
        config = treated
        facts, diagnosis = trained(config, runs)
        treatments.append({"remedy": config.remedies[-1].remedy, "strength": config.remedies[-1].strength, **facts})
    luck = [settings([*drawn(recipe, regime, seed, number), *plain]) for number in range(len(treatments))]
    return {
        "recipe": recipe,
        "regime": regime,
        "seed": seed,
        "before": before,
        "treatments": treatments,
        "chance": [trained(config, runs)[0] for config in luck],
    }


def wilson(hits: int, of: int, z: float = 1.96) -> tuple[float, float]:
    """The 95 % interval of a share, by Wilson's score (1927)."""
    if of == 0:
        return 0.0, 1.0
    share = hits / of
    middle, spread = share + z * z / (2 * of), z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return (middle - spread) / (1 + z * z / of), (middle + spread) / (1 + z * z / of)


def loss(run: dict[str, Any]) -> float:
    """A run's test loss, infinite where it is no number."""
    return math.inf if run["test_loss"] is None else float(run["test_loss"])


def share(hits: Iterable[bool]) -> str:
    """A share in words, with its interval."""
    seen = list(hits)
    low, high = wilson(sum(seen), len(seen))
    return f"{sum(seen)} of {len(seen)} ({low:.0%} to {high:.0%})"


def table(cases: Sequence[dict[str, Any]]) -> str:
    """The numbers, as Markdown."""
    lines = [
        "| cases | diagnosed broken | out of the regime after 1 | and test loss better | within 3, and better "
        "| healthy within 3 | 1 treatment beats 1 random trial | all beat as many |",
        "|---|---|---|---|---|---|---|---|",
    ]
    groups: list[tuple[str, list[dict[str, Any]]]] = [
        (f"{recipe} {regime}", [c for c in cases if (c["recipe"], c["regime"]) == (recipe, regime)])
        for recipe, regime in itertools.product(sorted({c["recipe"] for c in cases}), REGIMES)
    ]
    for name, group in [*groups, ("all", list(cases))]:
        broken = [c for c in group if c["before"]["diagnosed"] == c["regime"] and c["treatments"]]
        first = [c["treatments"][0] for c in broken]
        out = [t["diagnosed"] != c["regime"] for c, t in zip(broken, first, strict=True)]
        better = [loss(t) < loss(c["before"]) for c, t in zip(broken, first, strict=True)]
        within = [
            any(t["diagnosed"] != c["regime"] and loss(t) < loss(c["before"]) for t in c["treatments"]) for c in broken
        ]
        sound = [c["treatments"][-1]["diagnosed"] == "healthy" for c in broken]
        one = [loss(c["treatments"][0]) < loss(c["chance"][0]) for c in broken]
        all_of = [min(map(loss, c["treatments"])) < min(map(loss, c["chance"])) for c in broken]
        cells = (out, [a and b for a, b in zip(out, better, strict=True)], within, sound, one, all_of)
        lines.append(f"| {name} | {len(broken)} of {len(group)} | " + " | ".join(map(share, cells)) + " |")
    return "\n".join(lines)


def main() -> None:
    """Run what is not there yet, or show the table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--recipes", nargs="+", default=["digits", "pairs"])
    options.add_argument("--regimes", nargs="+", default=list(REGIMES), choices=REGIMES)
    options.add_argument("--seeds", type=int, default=10, help="how many, from --first")
    options.add_argument("--first", type=int, default=0)
    options.add_argument("--engine", default="trainer")
    options.add_argument("--out", type=Path, default=Path("outputs/bench/chance.jsonl"))
    options.add_argument("--table", action="store_true", help="only show what is there")
    chosen = options.parse_args()
    known = [json.loads(line) for line in chosen.out.open()] if chosen.out.exists() else []
    if not chosen.table:
        import torch

        torch.set_num_threads(1)
        chosen.out.parent.mkdir(parents=True, exist_ok=True)
        done = {(c["recipe"], c["regime"], c["seed"]) for c in known}
        seeds = range(chosen.first, chosen.first + chosen.seeds)
        for seed, recipe, regime in itertools.product(seeds, chosen.recipes, chosen.regimes):
            if (recipe, regime, seed) in done:
                continue
            begun = time.perf_counter()
            known.append(case(recipe, regime, seed, chosen.engine, chosen.out.with_suffix("")))
            with chosen.out.open("a") as file:
                file.write(json.dumps(known[-1]) + "\n")
            verdicts = [known[-1]["before"], *known[-1]["treatments"]]
            story = " -> ".join(f"{v.get('remedy', '')} {v['diagnosed']} {loss(v):.3f}" for v in verdicts)
            luck = ", ".join(f"{loss(v):.3f}" for v in known[-1]["chance"])
            print(f"{recipe} {regime} {seed}: {story}; chance {luck}; {time.perf_counter() - begun:.0f} s", flush=True)
    print(table(known))


if __name__ == "__main__":
    main()
