"""A study: a search space, trials and an executor, continued to a total whatever killed it before.

Optuna's ask-and-tell: a trial is asked for when a slot is free, and told when it has ended. Only this process talks to
Optuna's storage. It knows nothing of what a trial does: no torch, no MLflow, no Hydra. It prints nothing: a listener
gets every event.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sweep.errors import ConfigError
from sweep.executors.base import Executor
from sweep.executors.inline import Inline
from sweep.files import lock
from sweep.study import pruners, samplers, space
from sweep.study.events import Opened
from sweep.study.loop import Listener, TrialHooks, TrialLoop
from sweep.study.settings import StudySettings
from sweep.study.storage import open_storage, open_study
from sweep.study.trial_store import TrialRecord, TrialStore

VALIDATED_GRID = 256  # every point of a grid up to this size is validated, else its corners
TRIAL_FOLDERS = "[0-9][0-9][0-9]*"


@dataclass(frozen=True)
class StudyResult:
    """The trials that ended, of `total`; `stopped` says why the study ended early, if it did."""

    trials: list[TrialRecord]
    total: int
    stopped: str | None = None


@dataclass(frozen=True)
class OpenStudy:
    """A study that was accepted: open in its storage, its folder locked for this process."""

    settings: StudySettings
    total: int
    store: TrialStore

    def run(self, hooks: TrialHooks, executor: Executor, listener: Listener) -> StudyResult:
        """Run what is left of the study. Events are for display: whatever the listener does, nothing depends on it."""
        loop = TrialLoop(self.store, self.total, hooks, listener, self.settings.max_consecutive_failures)
        loop.finalise_orphans()
        listener(Opened(self.settings.name, self.total, self.store.finished()))
        try:
            executor.run(hooks.objective, loop.next_job, loop.on_report, loop.on_done)
        finally:
            loop.finalise_orphans()
        return StudyResult(self.store.finished(), self.total, loop.stopped)


@contextmanager
def opened(
    settings: StudySettings,
    search: space.Space,
    directory: Path,
    validate: Callable[[space.Params], object],
    fingerprint: Mapping[str, Any] | None = None,
) -> Iterator[OpenStudy]:
    """Open a study, or one that was begun before, and hold it while the block lasts.

    Where the study is refused, or the block fails before any trial was started, nothing is left behind.

    Args:
        settings: The study's settings.
        search: Its search space; the empty space has one point.
        directory: Its folder; trial i has the folder i in it, in three digits.
        validate: Raises `ValueError` for parameters that can't be used. Called before anything is created, for the
            corners of the space or all points of a small grid.
        fingerprint: What must not change when the study is resumed, flat, beside space, sampler and pruner.

    Raises:
        ConfigError: The study can't be run with these settings.
    """
    name, total = _check_space(settings, search, validate)
    # From here on heavy libraries are imported.
    sampling = samplers.sampling(name, search, settings.sampler_options, settings.seed)
    pruner = pruners.pruner(settings.pruner, settings.pruner_options, len(settings.objectives))
    storage = open_storage(settings.storage)
    identity = {**(fingerprint or {}), **_identity(settings, search, name)}
    with _folder(directory), lock.coordinator(directory):
        study = open_study(settings.name, storage, settings.directions, identity)
        store = TrialStore(study, storage, search, sampling, pruner, directory)
        try:
            if store.is_empty():
                _refuse_foreign_trials(directory, settings.storage)
            yield OpenStudy(settings, total, store)
        except Exception:
            if store.is_empty():
                storage.delete_study(store.study_id)
            raise


def run(
    settings: StudySettings,
    search: space.Space,
    hooks: TrialHooks,
    directory: Path,
    executor: Executor | None = None,
    fingerprint: Mapping[str, Any] | None = None,
    listener: Listener = lambda event: None,
) -> StudyResult:
    """Open a study and run it; see `opened` and `OpenStudy.run`. Trials run in this process by default."""
    with opened(settings, search, directory, hooks.prepare, fingerprint) as study:
        return study.run(hooks, executor or Inline(), listener)


def _check_space(
    settings: StudySettings, search: space.Space, validate: Callable[[space.Params], object]
) -> tuple[str, int]:
    """Check the space, and that the sampler can search it; the sampler's name and the number of trials."""
    space.check(search)
    name = samplers.choose(settings.sampler, search, settings.trials)
    samplers.check(name, search, len(settings.objectives))
    total = samplers.total(name, search, settings.trials)
    for params in _points_to_validate(search, name, total):
        validate(params)
    return name, total


def _points_to_validate(search: space.Space, sampler: str, total: int) -> Iterator[space.Params]:
    if sampler == "grid" and total <= VALIDATED_GRID:
        return (space.point(search, index) for index in range(total))
    return space.corners(search)


def _identity(settings: StudySettings, search: space.Space, sampler: str) -> dict[str, Any]:
    """What must not change under a study's name, flat."""
    return {
        "objectives": list(settings.objectives),
        **{f"space.{key}": space.describe(dimension) for key, dimension in search.items()},
        "sampler": sampler,
        "sampler.seed": settings.seed,
        **{f"sampler.{key}": value for key, value in settings.sampler_options.items()},
        "pruner": settings.pruner,
        **{f"pruner.{key}": value for key, value in settings.pruner_options.items()},
    }


def _refuse_foreign_trials(directory: Path, storage: str) -> None:
    foreign = next(directory.glob(TRIAL_FOLDERS), None)
    if foreign is not None:
        message = f"is {directory.name!r}, but {foreign} is of a study that {storage} does not hold"
        raise ConfigError("study.name", f"{message}: choose another name, or move the folder away")


@contextmanager
def _folder(directory: Path) -> Iterator[None]:
    """Create the study's folder; remove it where the block fails before a trial has a folder in it."""
    created = not directory.exists()
    directory.mkdir(parents=True, exist_ok=True)
    try:
        yield
    except Exception:
        if created and not any(directory.glob(TRIAL_FOLDERS)):
            shutil.rmtree(directory)
        raise
