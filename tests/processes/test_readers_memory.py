"""Files made to fill the memory, read in a process that may take little of it."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

GIB = 2**30


def in_bounds(path: Path, memory: int = GIB) -> list[str]:
    """Read in a process that may take so much memory; what it found."""
    code = (
        "import sys; from sweep.readers import histories\n"
        "for item in histories(sys.argv[1], {}): print(type(item).__name__, getattr(item, 'reason', item.source))"
    )

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))

    environ = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)],
        capture_output=True,
        text=True,
        preexec_fn=limit,
        env=environ,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-500:]
    return done.stdout.splitlines()


@pytest.mark.parametrize(
    ("name", "start", "middle"),
    [
        ("log.json", b"[", b"[],"),
        ("log.json", b"[{}", b",{}"),
        ("log.json", b'{"loss": [', b"0,"),
        ("log.jsonl", b'{"loss": [', b"[],"),
        ("log.csv", b"epoch,loss\n", b"1,"),
        ("log.csv", b"epoch,loss", b",loss"),
        ("train.log", b"epoch 1 loss 0.5 ", b"x"),
        ("train.log", b"epoch 1 loss 0.5 ", b"0.5 "),
        ("curves.csv", b"step,train_loss\n", b"1,"),
        ("numbers.txt", b"1,", b"1,"),
    ],
)
def test_a_line_of_fifty_million_bytes(tmp_path, name, start, middle):
    path = tmp_path / name
    with path.open("wb") as file:
        file.write(start)
        for _ in range(50):
            file.write(middle * (2**20 // len(middle)))
    [line] = in_bounds(path)
    assert line.startswith("Problem")
