"""The table of regimes: every regime x recipe x seed, its raw-curve facts and its verdict.

    python scripts/regimes.py                                  # the recipes that need no data, 5 seeds each
    python scripts/regimes.py --recipes pairs --seeds 25 --first 600 --table docs/regimes-25-pairs.md -- engine=loop
    python scripts/regimes.py --table docs/regimes-gpu.md -- executor.gpus_per_trial=0.25

It runs `python -m sweep +sweep=regimes` for each recipe, under a name of its own, and goes on where it was cut off.
"""

from __future__ import annotations

import argparse
import json
import platform
import shlex
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from facts import facts

from sweep.curves import Curves
from sweep.diagnosis import Baseline, diagnose

REGIMES = ("healthy", "overfit", "underfit", "erratic")


def main() -> int:
    """Run what is not done yet, and write the table."""
    asked = _arguments()
    rows, missed = [], []
    for recipe in asked.recipes:
        seeds = f"range({asked.first},{asked.first + asked.seeds})"
        name = f"regimes-{recipe}-{asked.first}-{asked.seeds}"
        command = [sys.executable, "-m", "sweep", "+sweep=regimes", f"recipe={recipe}", f"study.name={name}"]
        done = subprocess.run([*command, f"seed={seeds}", f"outputs={asked.outputs}", *asked.overrides])
        if done.returncode > 1:
            return done.returncode
        more_rows, more_missed = _judge(recipe, asked.outputs / name)
        rows += more_rows
        missed += more_missed
    text = _table(rows, missed, asked)
    asked.table.parent.mkdir(exist_ok=True)
    asked.table.write_text(text, encoding="utf-8")
    print(text)
    return 0


def _judge(recipe: str, folder: Path) -> tuple[list[tuple[str, ...]], list[str]]:
    runs = json.loads((folder / "summary.json").read_text(encoding="utf-8"))["runs"]
    curves = {run["trial"]: _curves(folder, run["trial"]) for run in runs if run["state"] == "COMPLETE"}
    sound = {run["seed"]: curves[run["trial"]] for run in runs if run["expected"] == "healthy"}
    rows, missed = [], []
    read = {run["trial"]: _read(folder, run["trial"], curves[run["trial"]]) for run in runs if run["trial"] in curves}
    for regime in REGIMES:
        mine = [run for run in runs if run["expected"] == regime]
        shown = 0
        for run in mine:
            failed = [
                name for name, holds in facts(regime, curves[run["trial"]], sound[run["seed"]]).items() if not holds
            ]
            shown += not failed
            missed += [f"{recipe}, {regime}, seed {run['seed']}: not so: {name}" for name in failed]
            if read[run["trial"]] != regime:
                missed.append(f"{recipe}, {regime}, seed {run['seed']}: read as {read[run['trial']]}")
        seen = Counter(read[run["trial"]] for run in mine)
        ends = [curves[run["trial"]]["val_loss"].values for run in mine]
        span = f"{min(v.min() for v in ends):.2f} / {max(v[-1] for v in ends):.2f}"
        rows.append((recipe, regime, f"{shown} of {len(mine)}", f"{seen[regime]} of {len(mine)}", span))
    return rows, missed


def _read(folder: Path, trial: int, curves: Curves) -> str:
    """The verdict of the diagnosis as it is now, on the curves as they were recorded."""
    said = json.loads((folder / f"{trial:03d}" / "diagnosis.json").read_text(encoding="utf-8"))
    return diagnose(curves, Baseline(said["final"].get("baseline"))).regime


def _curves(folder: Path, trial: int) -> Curves:
    return Curves.from_csv((folder / f"{trial:03d}" / "curves.csv").read_text(encoding="utf-8"))


def _table(rows: list[tuple[str, ...]], missed: list[str], asked: argparse.Namespace) -> str:
    import torch

    device = torch.cuda.get_device_name() if torch.cuda.is_available() else f"CPU ({platform.machine()})"
    lines = [
        "# Regimes on demand",
        "",
        f"Every regime x {asked.seeds} seeds, from {asked.first} on, on each recipe; "
        f"{device}, torch {torch.__version__}, {time.strftime('%Y-%m-%d')}. Rebuilt by "
        f"`{shlex.join(['python', 'scripts/regimes.py', *_said()])}`.",
        "",
        "| recipe | regime | raw-curve facts hold | verdict as expected | lowest / highest final validation loss |",
        "|---|---|---|---|---|",
        *("| " + " | ".join(row) + " |" for row in rows),
        "",
        "Not as expected:" if missed else "Nothing was otherwise than expected.",
        *(f"- {line}" for line in missed),
    ]
    return "\n".join(lines) + "\n"


def _said() -> list[str]:
    """What was asked for, but for the folder of the runs."""
    words = sys.argv[1:]
    if "--outputs" not in words:
        return words
    at = words.index("--outputs")
    return [*words[:at], *words[at + 2 :]]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recipes", nargs="+", default=["digits", "pairs", "language", "translation"])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--outputs", type=Path, default=Path("outputs"))
    parser.add_argument("--table", type=Path, default=Path("docs/regimes.md"))
    parser.add_argument("overrides", nargs="*", help="more overrides, after --")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
