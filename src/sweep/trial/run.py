"""One trial: train, track, diagnose the curves, and commit the result. Runs in a process of its own, or in ours."""

from __future__ import annotations

import math
import shutil
import subprocess
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from sweep import recipes
from sweep.config.settings import Config
from sweep.curves import Curves
from sweep.diagnosis import Diagnosis, diagnose
from sweep.engines.job import TrainingResult
from sweep.executors.base import Handle, Outcome, State
from sweep.experiments.audit import runs as audit_runs
from sweep.recipes.task import Task
from sweep.study.loop import CHECKPOINT
from sweep.tracking import RunInfo, TrackerGroup, trial_runs
from sweep.trial import artifacts, objectives, result
from sweep.trial.payload import Payload
from sweep.trial.watched import WatchedTraining


def run(payload: Payload, handle: Handle) -> Outcome:
    """Train under `payload.config` and diagnose the curves; every file goes to `handle.directory`."""
    torch.set_num_threads(1)
    config = payload.config
    artifacts.write_config(handle.directory, config)
    info = RunInfo(f"{payload.study}/{handle.number:03d}", config.flat(), _tags(payload, handle), handle.directory)
    with trial_runs(config.record, info, payload.study_runs) as trackers:
        task = recipes.build(config.recipe, config.seed)
        training = WatchedTraining(task, config, payload.objectives, handle, trackers)
        began = time.monotonic()
        trained = _train(training, trackers, handle.directory)
        seconds = round(time.monotonic() - began, 3)
        outcome = _diagnosed(payload, handle.directory, task, training, trained, trackers)
        outcome = replace(outcome, info={**outcome.info, "seconds": seconds})
        result.commit(handle.directory, outcome)
        shutil.rmtree(handle.directory / CHECKPOINT, ignore_errors=True)
        trackers.status = "FINISHED"
    return outcome


def diagnosed_curves(config: Config, curves: Curves, trained: TrainingResult) -> Curves:
    """The curves to diagnose: with early stopping those of the restored best model, which stay at its values."""
    return curves.frozen_from(trained.step) if config.train.early_stopping else curves


def _train(training: WatchedTraining, trackers: TrackerGroup, folder: Path) -> TrainingResult:
    """Train; the curves so far are kept, whatever ends the run."""
    try:
        return training.train()
    except BaseException:
        trackers.finish({}, [folder / "config.yaml", artifacts.write_curves(folder, training.curves)])
        raise


def _diagnosed(
    payload: Payload,
    folder: Path,
    task: Task,
    training: WatchedTraining,
    trained: TrainingResult,
    trackers: TrackerGroup,
) -> Outcome:
    """Diagnose a run that has ended, write and track its files; its outcome."""
    config = payload.config
    diagnosis = diagnose(diagnosed_curves(config, training.curves, trained), task.baseline)
    trackers.add(trained.step, trained.test)
    curves = artifacts.write_curves(folder, training.curves)
    files = [folder / "config.yaml", curves, *artifacts.write_diagnosis(folder, training.curves, diagnosis, config)]
    info = _info(config, diagnosis, trained, training.curves)
    info["mlflow_run_id"] = trackers.ids.get("mlflow")
    if task.notes:
        info["notes"] = list(task.notes)
    if config.audit:
        info["audit"] = audit_runs.measure(config, task, trained)
    state: State = "PRUNED" if training.pruned else "COMPLETE"
    tags = {"sweep.diagnosed": diagnosis.regime, "sweep.confidence": f"{diagnosis.confidence:.2f}"}
    trackers.finish({**tags, "sweep.state": state}, files)
    return Outcome(state, tuple(objectives.best(name, training.curves) for name in payload.objectives), info)


def _tags(payload: Payload, handle: Handle) -> dict[str, str]:
    config = payload.config
    return {
        "sweep.study": payload.study,
        "sweep.trial": str(handle.number),
        "sweep.attempt": str(handle.attempt),
        "sweep.recipe": config.recipe.name,
        "sweep.seed": str(config.seed),
        "sweep.expected": config.expected or "",
        "sweep.remedies": ",".join(applied.remedy for applied in config.remedies),
        "mlflow.source.git.commit": _commit_id(),
    }


def _info(config: Config, diagnosis: Diagnosis, trained: TrainingResult, curves: Curves) -> dict[str, Any]:
    """What the study keeps of a trial, as JSON can hold it."""
    steps = curves["batch_loss"].steps
    return {
        "recipe": config.recipe.name,
        "seed": config.seed,
        "regime": config.regime,
        "expected": config.expected,
        "remedies": [applied.remedy for applied in config.remedies],
        "skipped": [skipped.remedy for skipped in config.skipped],
        "diagnosed": diagnosis.regime,
        "confidence": diagnosis.confidence,
        **config.knobs,
        "steps": int(steps[-1]) if len(steps) else 0,
        **{name: value if math.isfinite(value) else None for name, value in trained.test.items()},
    }


def _commit_id() -> str:
    """The git commit of this code; empty where it is not in a checkout, or git is not installed."""
    checkout = Path(__file__).parents[3]
    git = shutil.which("git")
    if git is None or not (checkout / ".git").exists():
        return ""
    done = subprocess.run([git, "rev-parse", "HEAD"], cwd=checkout, capture_output=True, text=True, check=False)
    return done.stdout.strip()
