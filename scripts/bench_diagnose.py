"""How fast histories are diagnosed, and in what memory: python scripts/bench_diagnose.py [--histories 1000 20000]

Histories of 200 points, of every regime. Shown: diagnoses per second of one core's time, reading not counted; then, for
each number of histories in a file, time and peak memory of `python -m sweep.diagnose --json` as a whole.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

POINTS = 200


def histories(count: int) -> Iterator[dict[str, Any]]:
    """Falling losses with noise, of which every other validation loss turns up, and some jump."""
    rng, at = np.random.default_rng(0), np.linspace(0, 1, POINTS)
    for number in range(count):
        fall = np.exp(-at / rng.uniform(0.02, 2.0))
        noise = rng.choice([0.003, 0.02, 0.2]) * rng.standard_normal((2, POINTS))
        rise = rng.choice([0.0, 1.0]) * rng.uniform(0, 1) * np.clip(at - 0.3, 0, None)
        train, val = 0.1 + 2 * fall + noise[0], 0.2 + 2 * fall + noise[1] + rise
        yield {"id": number, "train_loss": train.round(5).tolist(), "val_loss": val.round(5).tolist()}


def speed(count: int) -> float:
    """Diagnoses per second of this process's time."""
    from sweep.curves import Curves
    from sweep.diagnosis import diagnose

    curves = [
        Curves.from_points([
            (step, name, value) for name in ("train_loss", "val_loss") for step, value in enumerate(one[name])
        ])
        for one in histories(count)
    ]  # fmt: skip
    began = time.process_time()
    for each in curves:
        diagnose(each)
    return count / (time.process_time() - began)


def command(count: int, folder: Path) -> str:
    """Seconds and peak memory of the whole command on a file of so many histories."""
    file = folder / f"{count}.jsonl"
    with file.open("w") as out:
        out.writelines(json.dumps(one) + "\n" for one in histories(count))
    began = time.perf_counter()
    line = [sys.executable, "-m", "sweep.diagnose", "--json", str(file)]
    watch = "import resource,subprocess,sys;subprocess.run(sys.argv[1:],check=True,stdout=subprocess.DEVNULL);"
    watch += "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    peak = subprocess.run([sys.executable, "-c", watch, *line], check=True, capture_output=True, text=True).stdout
    return f"{count} histories: {time.perf_counter() - began:.1f} s, {int(peak) / 1024:.0f} MB at most"


def main() -> None:
    """Measure, and say."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--histories", type=int, nargs="+", default=[1000, 20000])
    given = parser.parse_args()
    print(f"{speed(1000):.0f} histories of {POINTS} points a second of one core")
    with tempfile.TemporaryDirectory() as folder:
        for count in given.histories:
            print(command(count, Path(folder)))


if __name__ == "__main__":
    main()
