"""How long 100,000 rows of text take until they are ready to train, first and from the cache, and in what memory.

python scripts/bench_text.py --checkpoint FOLDER [--rows 100000]
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TEXT = "the a market price rose fell on monday shares of company said it would not expect more than last year"
WORDS = TEXT.split()


def write(path: Path, rows: int) -> None:
    """A CSV of pairs of sentences, 12 to 30 words each."""
    import numpy as np

    rng = np.random.default_rng(0)
    with path.open("w", encoding="utf-8") as file:
        file.write("first,second,label\n")
        for row in range(rows):
            first, second = (" ".join(rng.choice(WORDS, int(rng.integers(12, 30)))) for _ in range(2))
            file.write(f"{first} {row},{second},{row % 3}\n")


def ready(path: Path, checkpoint: str) -> dict[str, float]:
    """Seconds until the first batch can be had, and the memory that it took at most, in MB above the imports."""
    from sweep.recipes.data import labelled_text, text_sources
    from sweep.recipes.data.splits import complete_splits
    from sweep.recipes.data.token_cache import labels, tokenized
    from sweep.recipes.text import collate, load_tokenizer

    tokenizer = load_tokenizer(Path(checkpoint), checkpoint)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start, cpu = time.perf_counter(), time.process_time()
    data = {"name": None, "config": None, "text": ["first", "second"], "label": "label", "encoding": "utf-8"}
    data |= {"train": str(path), "validation": None, "test": None}
    tokens = tokenized(text_sources.fingerprint(data), tokenizer, 128, lambda: labelled_text.read(data))
    selections = complete_splits({name: labels(split) for name, split in tokens.splits.items()}, None, seed=0)
    train = tokens.splits["train"].select(selections["train"].rows)
    collate([train[i] for i in range(16)], 0)
    spent = {"seconds": time.perf_counter() - start, "cpu": time.process_time() - cpu}
    return {**spent, "megabytes": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024}


def main() -> None:
    """Measure twice, each in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", required=True)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--file", type=Path)
    given = parser.parse_args()
    if given.file:
        print(json.dumps(ready(given.file, given.checkpoint)))
        return
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "rows.csv"
        write(file, given.rows)
        environ = os.environ | {"SWEEP_CACHE": folder, "OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}
        again = [sys.executable, __file__, "--checkpoint", given.checkpoint, "--file", str(file)]
        for name in ("first time", "from the cache"):
            done = subprocess.run(again, env=environ, capture_output=True, text=True, check=True)
            said = json.loads(done.stdout.splitlines()[-1])
            print(f"{name}: {said['seconds']:.1f} s ({said['cpu']:.1f} s of CPU time), {said['megabytes']:.0f} MB")


if __name__ == "__main__":
    main()
