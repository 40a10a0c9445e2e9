"""What each pruner saves and what it costs.

    python scripts/bench_pruners.py [STUDY ...] [--trials 24] [--seeds 0 1 2]

One study a seed over the space of `+sweep=explore`, nothing pruned, is trained first (or named: folders of such
studies). QMC's points depend on nothing that was told, and a seed gives the same curves again, so a pruned study is the
recorded one with its trials cut: each pruner is given the recorded reports in the study's own loop, and every step it
does not ask for is a step saved. Shown: steps spent, the best value among all trials (a pruned one keeps what it
reached), and among those that ran to their end.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sweep.curves import Curves
from sweep.diagnosis import Baseline, Monitor
from sweep.executors.base import Handle, Outcome, Report
from sweep.study import run as study
from sweep.study.loop import TrialHooks
from sweep.study.settings import StudySettings
from sweep.study.space import Range

PRUNERS: dict[str, dict[str, Any]] = {
    "none": {},
    "median": {"n_startup_trials": 5, "n_warmup_steps": 0},
    "hyperband": {},
    "regime": {},
    "regime+median": {"wrapped": "median", "n_startup_trials": 5},
}


def main() -> None:
    """Train what is missing, replay, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("studies", nargs="*", type=Path)
    parser.add_argument("--trials", type=int, default=24)
    parser.add_argument("--seeds", type=int, nargs="*", default=[0, 1, 2])
    parser.add_argument("--out", type=Path, default=Path("outputs"))
    parser.add_argument("--override", action="append", default=[], help="further overrides of the training")
    given = parser.parse_args()
    recorded = [whole(folder) for folder in given.studies or [explored(given, seed) for seed in given.seeds]]
    print(f"{'pruner':16}{'steps':>12}{'saved':>8}{'pruned':>8}{'best':>9}{'best COMPLETE':>15}{'best kept':>11}")
    for name, options in PRUNERS.items():
        replays = [replay(trials, name, options) for trials in recorded]
        spent, pruned = sum(r["spent"] for r in replays), sum(r["pruned"] for r in replays)
        longest = sum(trial.steps for trials in recorded for trial in trials)
        best, ended = ([f"{r[key]:.4f}" for r in replays] for key in ("best", "ended"))
        kept = sum(math.isclose(r["best"], min(t.best for t in t_)) for r, t_ in zip(replays, recorded, strict=True))
        print(
            f"{name:16}{spent:12d}{1 - spent / longest:8.1%}{pruned:8d}"
            f"  {' '.join(best)}  {' '.join(ended)}  {kept} of {len(replays)}",
            flush=True,
        )


def explored(given: argparse.Namespace, seed: int) -> Path:
    """The folder of an unpruned study of that seed, trained or gone on with."""
    name = f"pruners-{given.trials}-{seed}"
    settings = [f"study.trials={given.trials}", f"seed={seed}", f"study.name={name}", f"outputs={given.out}"]
    command = [sys.executable, "-m", "sweep", "+sweep=explore", "pruner=none", *settings, *given.override]
    subprocess.run(command, check=False)
    return Path(given.out / name)


@dataclass(frozen=True)
class Recorded:
    """A finished trial's reports as its study heard them."""

    reports: list[Report]
    steps: int

    @property
    def best(self) -> float:
        """The lowest objective of the whole run."""
        return min((told.value for told in self.reports if math.isfinite(told.value)), default=math.inf)


def watched(rows: dict[int, dict[str, float]], baseline: Baseline | None) -> Recorded:
    """What a run reported, its points given to a monitor in their order."""
    monitor, reports = Monitor(baseline), []
    for step, values in sorted(rows.items()):
        monitor.add(step, values)
        if "val_loss" in values:
            share = step / max(rows)
            optimistic_final = monitor.optimistic_final(share)
            reports.append(Report(step, values["val_loss"], monitor.hopeless, share, optimistic_final))
    return Recorded(reports, max(rows))


def whole(folder: Path) -> list[Recorded]:
    """The trials of an unpruned study."""
    recorded = []
    for place in sorted(file.parent for file in folder.glob("[0-9]*/result.json")):
        said = json.loads((place / "diagnosis.json").read_text(encoding="utf-8"))
        rows: dict[int, dict[str, float]] = {}
        for step, name, value in Curves.from_csv((place / "curves.csv").read_text(encoding="utf-8")).points():
            rows.setdefault(int(step), {})[name] = value
        recorded.append(watched(rows, Baseline(said["final"].get("baseline"), None)))
    return recorded


def replay(trials: list[Recorded], name: str, options: dict[str, Any]) -> dict[str, Any]:
    """The study again under a pruner, from the records."""

    def objective(params: dict[str, Any], handle: Handle) -> Outcome:
        trial, best = trials[params["trial"]], math.nan
        for told in trial.reports:
            best = min(told.value, best) if math.isfinite(best) else told.value
            if handle.send(told):
                return Outcome("PRUNED", (best,), {"steps": told.step})
        return Outcome("COMPLETE", (best,), {"steps": trial.steps})

    with tempfile.TemporaryDirectory() as folder:
        result = study.run(
            StudySettings(name, storage="memory", pruner=name.split("+")[0], pruner_options=options),
            {"trial": Range(0, len(trials) - 1)},
            TrialHooks(dict, objective),
            Path(folder) / "replay",
        )
    values = {
        state: [trial.values[0] for trial in result.trials if trial.state == state] for state in ("COMPLETE", "PRUNED")
    }
    finite = {state: [v for v in found if math.isfinite(v)] for state, found in values.items()}
    return {
        "spent": sum(trial.info["steps"] for trial in result.trials),
        "pruned": len(values["PRUNED"]),
        "best": min([*finite["COMPLETE"], *finite["PRUNED"]], default=math.inf),
        "ended": min(finite["COMPLETE"], default=math.inf),
    }


if __name__ == "__main__":
    main()
