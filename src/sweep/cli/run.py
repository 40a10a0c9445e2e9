"""The stages put together: settings, study, trials, summary, report. Only the two entry points import this."""

from __future__ import annotations

import signal
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from rich.console import Console

from sweep import tracking, trial
from sweep.config import resolve as config
from sweep.config.compose import composer
from sweep.config.resolve import Config, Setup
from sweep.config.schema import Schema
from sweep.config.search_space import Search
from sweep.errors import ConfigError
from sweep.executors.base import Executor
from sweep.executors.inline import Inline
from sweep.executors.local import Local
from sweep.experiments.treatment import plan as treatment
from sweep.recipes.check import check
from sweep.report.progress import watching
from sweep.study import run as study
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

    name: str
    setup: Setup
    space: Space
    prepare: Callable[[Params], Config]
    fixed: Mapping[str, Any]
    executor: Executor
    report: str = "outcome"  # the module of `sweep.report` that ends it


def single(composed: Any) -> int:
    """One run, as a study of one trial; the exit status."""
    schema = config.read(composed)
    setup = config.setup(schema)
    run = _resolved(schema)
    name = _name(setup, f"{run.recipe.name}-{run.regime or 'run'}")
    if schema.treat:
        course = treatment.Course(run, setup.outputs / name, schema.treat_steps)
        return conduct(Plan(name, setup, course.space, course.prepare, run.flat(), course, "treatment"))
    return conduct(Plan(name, setup, {}, lambda params: run, run.flat(), Inline()))


def sweep(search: Search, master: Any, loader: Any) -> int:
    """A study over a search space, as Hydra's sweeper read it from the overrides; the exit status."""
    compose = composer(search, master, loader)

    def prepare(params: Params) -> Config:
        return _resolved(config.read(compose(params)))

    schema = config.read(master)
    if schema.treat:
        raise ConfigError("treat", "goes with a single run: leave away -m and the lists, or say treat=false")
    setup = config.setup(schema)
    fixed = dict(config.flatten(config.plain(schema)))
    name = _name(setup, f"{schema.recipe.name}-sweep")
    return conduct(Plan(name, setup, search.space, prepare, fixed, _local(schema), setup.study.report))


def conduct(plan: Plan) -> int:
    """Run the study to its total and show what came of it; the exit status, as the study's report has it."""
    setup, folder = plan.setup, plan.setup.outputs / plan.name
    signal.signal(signal.SIGTERM, _interrupt)
    _writable(setup.outputs)
    ending = import_module(REPORTS[plan.report])
    objectives, parent, console = tuple(setup.study.objectives), tracking.Parent(), Console()
    with ExitStack() as open_while_running:
        told = open_while_running.enter_context(watching(console, objectives))

        def listen(event: study.Event) -> None:
            if isinstance(event, study.Checked):
                if isinstance(plan.executor, Local):
                    plan.executor.warm_up()  # it imports torch while this process opens its databases
                tracking.prepare(setup.record)
            if isinstance(event, study.Opened) and plan.space:
                open_while_running.enter_context(tracking.parent(setup.record, plan.name, plan.fixed, folder, parent))
            told(event)

        result = study.run(
            plan.name,
            plan.space,
            lambda params: attempt.Payload(plan.prepare(params), plan.name, objectives, parent.id),
            trial.attempt,
            plan.executor,
            trials=setup.study.trials,
            directory=folder,
            settings=_settings(setup),
            fingerprint={"objectives": list(objectives), **_identity(plan.fixed)},
            recover=lambda place: attempt.recover(place, setup.record),
            abandon=lambda place, status: tracking.close(setup.record, place, status),
            listener=listen,
        )
        _refused(result)
        summary, files = ending.write(plan.name, result, folder)
        parent.keep(summary, files)
    ending.show(summary, result.stopped, folder, console)
    status: int = ending.status(summary, result.stopped)
    return status


def _resolved(schema: Schema) -> Config:
    """The settings of a run whose data have been looked at: where only they can tell its size, they are asked."""
    run = config.resolve(schema)  # first what can be refused without a look at them
    examples = check(run.recipe)
    if examples is None or schema.recipe.sizes.train is not None:
        return run
    schema.recipe.sizes.train = examples
    return config.resolve(schema)


def _refused(result: study.Result) -> None:
    """Raise what every trial was refused for: data or a checkpoint that only a look inside could tell to be wrong."""
    reasons = [row.info["refused"] for row in result.rows if "refused" in row.info]
    if reasons and len(reasons) == len(result.rows):
        raise ConfigError(*reasons[0])


def _name(setup: Setup, what: str) -> str:
    """The study's name: the one asked for, else one that tells what it is and when."""
    return setup.study.name or f"{what}-{datetime.now():%Y%m%d-%H%M%S}"


def _local(schema: Schema) -> Executor:
    chosen = schema.executor
    if chosen.name == "inline":
        return Inline()
    needed = (f"sweep.engines.{schema.engine.name}", f"sweep.recipes.{schema.recipe.family}")
    return Local(chosen.workers, chosen.gpus_per_trial, (*needed, "sweep.trial.preload"))


def _settings(setup: Setup) -> study.Settings:
    return study.Settings(
        storage=setup.study.storage,
        sampler=setup.sampler.name,
        sampler_options=setup.sampler.options,
        seed=setup.seed,
        pruner=setup.pruner.name or "none",
        pruner_options=setup.pruner.options,
        directions=("minimize",) * len(setup.study.objectives),
        max_consecutive_failures=setup.study.max_consecutive_failures,
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
