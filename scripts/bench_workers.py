"""How much sooner two workers finish than one.

    python scripts/bench_workers.py [--trials 12] [--pairs 3] [OVERRIDE ...]

The same small study (seeds of one recipe, engine=trainer) with executor.workers=1 and executor.workers=2, by turns,
each a command of its own with its own fork server and its own outputs. Shown per pair: the wall times from start to
exit, what the coordinator itself took of CPU time, and the ratio one worker over two; then the median ratio (target:
1.8 on two cores). Only a machine with two idle cores tells anything: the load at the start of each study is shown.
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SMALL = (
    "recipe=digits",
    "recipe.sizes={train: 200, validation: 100, test: 100}",
    "train.epochs=5",
    "engine=trainer",
)
# Runs the command and tells what this one process took; its children (the fork server, its workers) are not in it.
TIMED = (
    "import atexit, resource, runpy, sys;"
    "own = lambda: resource.getrusage(resource.RUSAGE_SELF);"
    "atexit.register(lambda: print('coordinator', own().ru_utime + own().ru_stime));"
    "sys.argv[0] = 'sweep'; runpy.run_module('sweep', run_name='__main__', alter_sys=True)"
)


def study(workers: int, trials: int, overrides: list[str]) -> tuple[float, float]:
    """Seconds from the command to its exit, and CPU seconds of the coordinator among them."""
    with tempfile.TemporaryDirectory() as folder:
        where = (f"outputs={folder}", "study.name=bench", f"executor.workers={workers}")
        command = [sys.executable, "-c", TIMED, "-m", f"seed=range(0,{trials})", *SMALL, *where, *overrides]
        began = time.perf_counter()
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        took = time.perf_counter() - began
        if done.returncode or len(list(Path(folder).glob("bench/*/diagnosis.json"))) != trials:
            sys.exit(f"the study failed:\n{done.stdout}{done.stderr}")
    told = re.search(r"^coordinator (\S+)$", done.stdout, re.MULTILINE)
    return took, float(told[1]) if told else float("nan")


def main() -> None:
    """Run the pairs and print a line each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=12)
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("overrides", nargs="*", help="of the command, such as recipe=pairs")
    given = parser.parse_args()
    ratios = []
    print(
        f"{given.trials} trials; seconds, coordinator's CPU seconds and load with one worker and with two", flush=True
    )
    for pair in range(given.pairs):
        found = {}
        for workers in (1, 2) if pair % 2 == 0 else (2, 1):  # neither is always the one on the warmer machine
            load = os.getloadavg()[0]
            found[workers] = (*study(workers, given.trials, given.overrides), load)
        ratios.append(found[1][0] / found[2][0])
        shown = "   ".join(
            f"{took:6.1f} s  {own:5.2f} s  load {load:.1f}" for took, own, load in map(found.get, (1, 2))
        )
        print(f"{shown}   ratio {ratios[-1]:.2f}", flush=True)
    print(f"median ratio {statistics.median(ratios):.2f}")


if __name__ == "__main__":
    main()
