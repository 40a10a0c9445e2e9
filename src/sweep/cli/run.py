"""One run or one study, as a pipe: resolve, look at the data, open the study, open the trackers, run, report.

The settings come in typed and checked (`sweep.config.resolve.read`). Only the command itself imports this module.
"""

from __future__ import annotations

import shlex
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from omegaconf import DictConfig
from rich.console import Console

from sweep import executors, recipes, tracking, trial
from sweep.config import resolve as config
from sweep.config.ranges import one_of, require
from sweep.config.schema import Schema
from sweep.config.search_space import Search
from sweep.config.settings import Config, flatten, plain
from sweep.errors import ConfigError
from sweep.executors.base import Executor
from sweep.executors.inline import Inline
from sweep.experiments.treatment.plan import TreatmentExecutor, TreatmentPlan
from sweep.files import atomic
from sweep.report.progress import progress_listener
from sweep.report.summary import COMMAND_FILE
from sweep.study import run as study
from sweep.study.loop import TrialHooks
from sweep.study.settings import StudySettings
from sweep.study.space import Params, Space
from sweep.trial.payload import Payload
from sweep.trial.result import recover

# What may differ between two calls of one study: where and how it runs, not what it runs.
CIRCUMSTANCES = ("engine.device", "executor", "outputs", "pruner", "record", "sampler", "study")
REPORTS = {
    "outcome": "sweep.report.outcome",
    "cures": "sweep.experiments.remedy_table",
    "audit": "sweep.experiments.audit.report",
    "treatment": "sweep.experiments.treatment.report",
}


@dataclass(frozen=True)
class Plan:
    """A study to run, with all that can be checked of it checked.

    Args:
        settings: The study's own settings.
        space: Its search space; the empty one has a single trial.
        prepare: A point of the space to the settings of its run.
        fixed: What is the same for all trials, by dotted key.
        executor: Where the trials run.
        modules: The modules that they import.
        record: The settings of each tracker by name.
        outputs: The folder of all studies.
        report: A name of `REPORTS`.
    """

    settings: StudySettings
    space: Space
    prepare: Callable[[Params], Config]
    fixed: Mapping[str, Any]
    executor: Executor
    modules: Sequence[str]
    record: Mapping[str, Any]
    outputs: Path
    report: str

    @property
    def folder(self) -> Path:
        """The study's folder."""
        return self.outputs / self.settings.name


def single(schema: Schema) -> int:
    """One run, as a study of one trial, or its treatment, as a study of a trial per remedy; the exit status."""
    run = settle(schema)
    settings = config.study_settings(schema, _default_name(f"{run.recipe.name}-{run.regime or 'run'}"))
    plan = _plan(schema, settings, {}, lambda params: run, run.flat(), Inline(), "outcome")
    if schema.treat:
        treatment = TreatmentPlan(run, plan.folder, schema.treat_steps)
        executor = TreatmentExecutor(treatment)
        plan = replace(plan, space=treatment.space, prepare=treatment.prepare, executor=executor, report="treatment")
    return conduct(plan)


def sweep(schema: Schema, search: Search, compose: Callable[[Params], DictConfig]) -> int:
    """A study over a search space; `compose` gives the configuration at a point of it. The exit status."""
    if schema.treat:
        raise ConfigError("treat", "is true, which is for a single run: omit -m and the lists, or set treat=false")
    settings = config.study_settings(schema, _default_name(f"{schema.recipe.name}-sweep"))
    options = {key: value for key, value in plain(schema.executor).items() if key != "name"}
    executor = executors.build(schema.executor.name, options)

    def prepare(params: Params) -> Config:
        return settle(config.read(compose(params)))

    return conduct(
        _plan(schema, settings, search.space, prepare, flatten(plain(schema)), executor, schema.study.report)
    )


def settle(schema: Schema) -> Config:
    """The settings of a run, its data looked at: where only they can tell the number of examples, they are asked."""
    examples = recipes.check(schema.recipe)
    return config.resolve(config.with_examples(schema, examples))


def conduct(plan: Plan) -> int:
    """Run the study to its total and show what came of it; the exit status, as the study's report has it."""
    signal.signal(signal.SIGTERM, _interrupt)
    _check_writable(plan.outputs)
    report = import_module(REPORTS[plan.report])
    console = Console()
    fingerprint = _identity(plan.fixed)
    with study.opened(plan.settings, plan.space, plan.folder, plan.prepare, fingerprint) as opened:
        atomic.write_text(plan.folder / COMMAND_FILE, shlex.join(["python", "-m", "sweep", *sys.argv[1:]]) + "\n")
        plan.executor.warm_up(plan.modules)  # it imports torch while this process opens its trackers
        with _trackers(plan) as study_run:
            with progress_listener(console, plan.settings.objectives) as listener:
                result = opened.run(_hooks(plan, study_run), plan.executor, listener)
            _raise_if_all_refused(result)
            summary, files = report.write(plan.settings.name, result, plan.folder)
            study_run.log_outcome(summary, files)
    report.show(summary, result.stopped, plan.folder, console)
    status: int = report.status(summary, result.stopped)
    return status


def _plan(
    schema: Schema,
    settings: StudySettings,
    space: Space,
    prepare: Callable[[Params], Config],
    fixed: Mapping[str, Any],
    executor: Executor,
    report: str,
) -> Plan:
    require(one_of(name for name in REPORTS if name != "treatment"), "study.report", schema.study.report)
    tracking.check(schema.record)
    modules = (f"sweep.engines.{schema.engine.name}", recipes.module(schema.recipe.family), "sweep.trial.preload")
    return Plan(settings, space, prepare, fixed, executor, modules, schema.record, Path(schema.outputs), report)


def _hooks(plan: Plan, study_run: tracking.StudyRun) -> TrialHooks:
    name, objectives = plan.settings.name, plan.settings.objectives
    return TrialHooks(
        prepare=lambda params: Payload(plan.prepare(params), name, objectives, study_run.ids),
        objective=trial.attempt,
        recover=lambda folder: recover(folder, plan.record),
        abandon=lambda folder, status: tracking.close_trial(plan.record, folder, status),
    )


@contextmanager
def _trackers(plan: Plan) -> Iterator[tracking.StudyRun]:
    """The trackers, prepared, and in them the run of a study of several trials."""
    tracking.prepare(plan.record)
    if not plan.space:
        yield tracking.StudyRun({})
        return
    with tracking.study_run(plan.record, plan.settings.name, plan.fixed, plan.folder) as study_run:
        yield study_run


def _raise_if_all_refused(result: study.StudyResult) -> None:
    """Raise what every trial was refused for: data or a checkpoint that only loading shows to be unusable."""
    reasons = [record.info["refused"] for record in result.trials if "refused" in record.info]
    if reasons and len(reasons) == len(result.trials):
        raise ConfigError(*reasons[0])


def _default_name(what: str) -> str:
    """A study's name that says what it is and when it began."""
    return f"{what}-{datetime.now():%Y%m%d-%H%M%S}"


def _identity(fixed: Mapping[str, Any]) -> dict[str, Any]:
    prefixes = tuple(f"{key}." for key in CIRCUMSTANCES)
    return {key: value for key, value in fixed.items() if not f"{key}.".startswith(prefixes)}


def _check_writable(outputs: Path) -> None:
    """Raise `ConfigError` now rather than after a training run; a folder that is not there yet stays so."""
    created = [folder for folder in (outputs, *outputs.parents) if not folder.exists()]
    try:
        outputs.mkdir(parents=True, exist_ok=True)
        probe = outputs / ".write-test"
        probe.write_bytes(b"")
        probe.unlink()
        for folder in created:
            folder.rmdir()
    except OSError as error:
        message = f"is {str(outputs)!r}, where nothing can be written ({error.strerror}): outputs=FOLDER names another"
        raise ConfigError("outputs", message) from error


def _interrupt(signum: int, frame: object) -> None:
    raise KeyboardInterrupt
