"""Studies for the tests, in a folder of their own, and an executor that is interrupted."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import optuna

from helpers import objectives
from sweep.executors.base import Handle
from sweep.study.loop import TrialHooks
from sweep.study.run import StudyResult, run
from sweep.study.settings import StudySettings
from sweep.study.space import Range, Space

LINE = {"x": Range(0, 4)}


def sweep(
    tmp_path: Path,
    space: Space = LINE,
    objective: Callable[..., Any] = objectives.square,
    executor: Any = None,
    name: str = "s",
    prepare: Callable[..., Any] = dict,
    storage: str | None = None,
    **rest: Any,
) -> StudyResult:
    """Run a study; `rest` are settings, hooks and arguments of `run`."""
    given = {key: rest.pop(key) for key in list(rest) if key in StudySettings.__dataclass_fields__}
    settings = StudySettings(name, storage=storage or f"journal:{tmp_path}/optuna.journal", **given)
    extra = {key: rest.pop(key) for key in list(rest) if key in TrialHooks.__dataclass_fields__}
    hooks = TrialHooks(prepare, objective, **extra)
    return run(settings, space, hooks, tmp_path / name, executor, **rest)


def states(result: StudyResult) -> list[str]:
    return [trial.state for trial in result.trials]


class Cut:
    """An executor that is interrupted after some trials: one more was asked for, perhaps run, and never told."""

    def __init__(self, after: int, leave: Any = None) -> None:
        self.after, self.leave = after, leave

    def run(self, objective, next_job, on_report, on_done) -> None:
        for _ in range(self.after):
            job = next_job()
            on_done(job, objective(job.payload, Handle(job.number, job.directory, job.attempt)))
        job = next_job()
        if self.leave:
            self.leave(job)
        raise KeyboardInterrupt


def opened(url: str) -> optuna.storages.BaseStorage:
    from sweep.study.storage import open_storage

    return open_storage(url)


def study(tmp_path: Path, name: str = "s") -> optuna.Study:
    return optuna.load_study(study_name=name, storage=opened(f"journal:{tmp_path}/optuna.journal"))
