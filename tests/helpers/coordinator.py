"""A sweep in a process of its own, for the tests that kill it.

python -m helpers.coordinator DIRECTORY TOTAL WORKERS OBJECTIVE [KEY=VALUE ...]
"""

from __future__ import annotations

import sys
from pathlib import Path

from helpers import objectives
from sweep.executors.local import Local
from sweep.study.loop import TrialHooks
from sweep.study.run import run
from sweep.study.settings import StudySettings
from sweep.study.space import Choice

if __name__ == "__main__":
    directory, total, workers, objective, *settings = sys.argv[1:]
    fixed = {key: float(value) for key, value in (setting.split("=") for setting in settings)}
    result = run(
        StudySettings("killed", storage=f"sqlite:///{directory}/optuna.db"),
        {"x": Choice(tuple(range(int(total))))},
        TrialHooks(
            lambda params: {**params, **fixed},
            getattr(objectives, objective),
            recover=objectives.recover,
            abandon=objectives.abandon,
        ),
        Path(directory) / "killed",
        Local(int(workers), preload=("helpers.objectives", "optuna")),
    )
    print(*(trial.state for trial in result.trials))
