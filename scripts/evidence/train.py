"""Make the corpus that the diagnosis is fitted on: real trainings of which every one is treated.

    python scripts/evidence/train.py --groups 2000 --seed 0 --out outputs/evidence

A group shares its data, network, optimiser, schedule and batch size. Its siblings are stacked and trained side by side:
11 learning rates half a decade apart, from far too low to diverging, two or three seeds each. Each sibling is thereby
the treatment of its neighbours: a third, a tenth and a hundredth of the rate, three, ten and a hundred times the rate.

The last treatment is four times the length. With a constant rate one training of 4 T steps holds them all: a run that
is cut at 0.1, 0.2, 0.4 or 1 T is continued by the same training. With a rate that falls a longer run is another run,
since its schedule is stretched: such a group trains T/4, T and 4 T steps, each the longer treatment of the one before.

A group is a function of the seed and its number alone. The command goes on where it was stopped.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import torch
from corpus import path_of, save
from groups import make


def make_missing(folder: Path, seed: int, numbers: range) -> None:
    """Make those of the groups that have no file yet."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in numbers:
        path = path_of(folder, seed, number)
        if path.exists():
            continue
        begun = time.process_time()
        facts, arrays = make(seed, number)
        save(path, facts, arrays)
        spent = time.process_time() - begun
        print(
            f"{number} {facts['kind']} {facts['blueprint']['architecture']} {facts['optimiser']} {facts['schedule']} "
            f"{facts['tuned'] or '-'} batch {facts['batch']} examples {facts['examples']} length {facts['length']} "
            f"points {facts['points']} test {facts['test']}: {spent:.1f} s of {facts['budget']:.1f}",
            flush=True,
        )


def main() -> None:
    """Make the groups that are missing."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--groups", type=int, default=2000)
    options.add_argument("--first", type=int, default=0, help="number of the first group")
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--out", type=Path, default=Path("outputs/evidence"))
    chosen = options.parse_args()
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    make_missing(chosen.out, chosen.seed, range(chosen.first, chosen.groups))


if __name__ == "__main__":
    main()
