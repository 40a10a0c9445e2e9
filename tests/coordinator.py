"""A sweep in a process of its own, for the tests that kill it: DIRECTORY TOTAL WORKERS OBJECTIVE [key=value ...]."""

from __future__ import annotations

import sys
from pathlib import Path

import objectives

from sweep.executors.local import Local
from sweep.study import run as study
from sweep.study.space import Choice

if __name__ == "__main__":
    directory, total, workers, objective, *settings = sys.argv[1:]
    fixed = {key: float(value) for key, value in (setting.split("=") for setting in settings)}
    result = study.run(
        "killed",
        {"x": Choice(tuple(range(int(total))))},
        lambda params: {**params, **fixed},
        getattr(objectives, objective),
        Local(int(workers), preload=("objectives", "optuna")),
        directory=Path(directory) / "killed",
        settings=study.Settings(storage=f"sqlite:///{directory}/optuna.db"),
        recover=objectives.recover,
        abandon=objectives.abandon,
    )
    print(*(row.state for row in result.rows))
