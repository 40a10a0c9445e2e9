"""The stages put together: settings, study, trials, summary, report. Only the two entry points import this."""

from __future__ import annotations

import signal
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from rich.console import Console

from sweep import recipes, tracking, trial
from sweep.config import resolve as config
from sweep.config.compose import composer
from sweep.config.ranges import one_of, require
from sweep.config.schema import Schema
from sweep.config.search_space import Search
from sweep.config.settings import Config, flatten, plain
from sweep.errors import ConfigError
from sweep.executors.base import Executor
from sweep.executors.inline import Inline
from sweep.executors.local import Local
from sweep.experiments.treatment import plan as treatment
from sweep.report.progress import watching
from sweep.study import run as study
from sweep.study.settings import StudySettings
from sweep.study.space import Params, Space
from sweep.trial import payload as attempt

# What may differ between two calls of one study: where and how it runs, not what it runs.
_CIRCUMSTANCES = ("engine.device", "executor", "outputs", "pruner", "record", "sampler", "study")


REPORTS = {
    "outcome": "sweep.report.outcome",
    "cures": "sweep.experiments.remedy_table",
    "audit": "sweep.experiments.audit.report",
    "treatment": "sweep.experiments.treatment.report",
}


@dataclass(frozen=True)
class Plan:
    """A study to run: `prepare` gives the settings of the trial at a point of the space."""

    settings: StudySettings
    schema: Schema
    space: Space
    prepare: Callable[[Params], Config]
    fixed: Mapping[str, Any]
    executor: Executor
    report: str  # a name of `REPORTS`

    @property
    def folder(self) -> Path:
        """The study's folder."""
        return Path(self.schema.outputs) / self.settings.name


def single(composed: Any) -> int:
    """One run, as a study of one trial; the exit status."""
    schema = config.read(composed)
    run = _resolved(schema)
    settings = config.study_settings(schema, _default_name(f"{run.recipe.name}-{run.regime or 'run'}"))
    plan = Plan(settings, schema, {}, lambda params: run, run.flat(), Inline(), "outcome")
    if schema.treat:
        course = treatment.Course(run, plan.folder, schema.treat_steps)
        plan = replace(plan, space=course.space, prepare=course.prepare, executor=course, report="treatment")
    return conduct(plan)


def sweep(search: Search, master: Any, loader: Any) -> int:
    """A study over a search space, as Hydra's sweeper read it from the overrides; the exit status."""
    compose = composer(search, master, loader)

    def prepare(params: Params) -> Config:
        return _resolved(config.read(compose(params)))

    schema = config.read(master)
    if schema.treat:
        raise ConfigError("treat", "is true, which is for a single run: omit -m and the lists, or set treat=false")
    require(one_of(sorted({*REPORTS} - {"treatment"})), "study.report", schema.study.report)
    settings = config.study_settings(schema, _default_name(f"{schema.recipe.name}-sweep"))
    fixed = flatten(plain(schema))
    return conduct(Plan(settings, schema, search.space, prepare, fixed, _local(schema), schema.study.report))


def conduct(plan: Plan) -> int:
    """Run the study to its total and show what came of it; the exit status, as the study's report has it."""
    settings, record, folder = plan.settings, plan.schema.record, plan.folder
    name, objectives = settings.name, settings.objectives
    signal.signal(signal.SIGTERM, _interrupt)
    _writable(Path(plan.schema.outputs))
    ending = import_module(REPORTS[plan.report])
    parent, console = tracking.Parent(), Console()
    with ExitStack() as open_while_running:
        told = open_while_running.enter_context(watching(console, objectives))

        def listen(event: study.Event) -> None:
            if isinstance(event, study.Checked):
                if isinstance(plan.executor, Local):
                    plan.executor.warm_up()  # it imports torch while this process opens its databases
                tracking.prepare(record)
            if isinstance(event, study.Opened) and plan.space:
                open_while_running.enter_context(tracking.parent(record, name, plan.fixed, folder, parent))
            told(event)

        result = study.run(
            name,
            plan.space,
            lambda params: attempt.Payload(plan.prepare(params), name, objectives, parent.id),
            trial.attempt,
            plan.executor,
            trials=settings.trials,
            directory=folder,
            settings=_settings(settings),
            fingerprint={"objectives": list(objectives), **_identity(plan.fixed)},
            recover=lambda place: attempt.recover(place, record),
            abandon=lambda place, status: tracking.close(record, place, status),
            listener=listen,
        )
        _refused(result)
        summary, files = ending.write(name, result, folder)
        parent.keep(summary, files)
    ending.show(summary, result.stopped, folder, console)
    status: int = ending.status(summary, result.stopped)
    return status


def _resolved(schema: Schema) -> Config:
    """The settings of a run whose data have been looked at: where only they can tell its size, they are asked."""
    run = config.resolve(config.with_examples(schema, recipes.check(schema.recipe)))
    recipes.check(run.recipe)  # a remedy may have changed it
    return run


def _refused(result: study.Result) -> None:
    """Raise what every trial was refused for: data or a checkpoint that only a look inside could tell to be wrong."""
    reasons = [row.info["refused"] for row in result.rows if "refused" in row.info]
    if reasons and len(reasons) == len(result.rows):
        raise ConfigError(*reasons[0])


def _default_name(what: str) -> str:
    """A study's name that says what it is and when it began."""
    return f"{what}-{datetime.now():%Y%m%d-%H%M%S}"


def _local(schema: Schema) -> Executor:
    chosen = schema.executor
    if chosen.name == "inline":
        return Inline()
    needed = (f"sweep.engines.{schema.engine.name}", recipes.module(schema.recipe.family))
    return Local(chosen.workers, chosen.gpus_per_trial, (*needed, "sweep.trial.preload"))


def _settings(settings: StudySettings) -> study.Settings:
    return study.Settings(
        storage=settings.storage,
        sampler=settings.sampler,
        sampler_options=settings.sampler_options,
        seed=settings.seed,
        pruner=settings.pruner,
        pruner_options=settings.pruner_options,
        directions=settings.directions,
        max_consecutive_failures=settings.max_consecutive_failures,
    )


def _identity(fixed: Mapping[str, Any]) -> dict[str, Any]:
    prefixes = tuple(f"{key}." for key in _CIRCUMSTANCES)
    return {key: value for key, value in fixed.items() if not f"{key}.".startswith(prefixes)}


def _writable(outputs: Path) -> None:
    """Raise `ConfigError` now rather than after a training run; a folder that is not there yet stays so."""
    made = [folder for folder in (outputs, *outputs.parents) if not folder.exists()]
    try:
        outputs.mkdir(parents=True, exist_ok=True)
        probe = outputs / ".write-test"
        probe.write_bytes(b"")
        probe.unlink()
        for folder in made:
            folder.rmdir()
    except OSError as error:
        raise ConfigError(
            "outputs",
            f"is {str(outputs)!r}, where nothing can be written ({error.strerror}): outputs=FOLDER names another",
        ) from error


def _interrupt(signum: int, frame: object) -> None:
    raise KeyboardInterrupt
