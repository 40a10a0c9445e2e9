"""Studies for the tests, in a folder of their own, and an executor that is cut off."""

from pathlib import Path
from typing import Any

import objectives
import optuna

from sweep.executors.base import Handle
from sweep.study.run import Result, Settings, run
from sweep.study.space import Range

LINE = {"x": Range(0, 4)}


def settings(tmp_path: Path, **changes: Any) -> Settings:
    return Settings(storage=f"journal:{tmp_path}/optuna.journal", **changes)


def sweep(tmp_path: Path, space=LINE, objective=objectives.square, executor=None, name="s", prepare=dict, **rest):
    keys = Settings.__dataclass_fields__
    mine = {key: rest.pop(key) for key in list(rest) if key in keys}
    mine = settings(tmp_path, **mine) if "storage" not in mine else Settings(**mine)
    return run(name, space, prepare, objective, executor, directory=tmp_path / name, settings=mine, **rest)


def states(result: Result) -> list[str]:
    return [row.state for row in result.rows]


class Cut:
    """An executor that is cut off after some trials: with one asked, and perhaps run, but never told."""

    def __init__(self, after: int, leave: Any = None) -> None:
        self.after, self.leave = after, leave

    def run(self, objective, take, report, finish) -> None:
        for _ in range(self.after):
            job = take()
            finish(job, objective(job.payload, Handle(job.number, job.directory, job.attempt)))
        job = take()
        if self.leave:
            self.leave(job)
        raise KeyboardInterrupt


def opened(url: str) -> optuna.storages.BaseStorage:
    from sweep.study.storage import open_storage

    return open_storage(url)


def study(tmp_path: Path, name: str = "s") -> optuna.Study:
    return optuna.load_study(study_name=name, storage=opened(f"journal:{tmp_path}/optuna.journal"))
