"""One trial: train, record, read the curves back, and commit the result. Runs in a process of its own, or in ours."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from sweep import recipes, tracking
from sweep.config.settings import Config
from sweep.curves import Curves
from sweep.diagnosis import Diagnosis, Monitor, diagnose
from sweep.engines import train
from sweep.engines.checkpoints import CheckpointStore
from sweep.engines.job import TrainingJob, TrainingResult
from sweep.errors import ConfigError
from sweep.executors.base import Handle, Outcome, State
from sweep.experiments.audit import runs as audit_runs
from sweep.recipes.task import Task
from sweep.report.figures import learning_curves
from sweep.trial.payload import Payload, commit

FLUSH_SECONDS = 2.0
CHECKPOINT = "checkpoint"  # in a trial's folder; a study moves it to the next attempt at the trial


def run(payload: Payload, handle: Handle) -> Outcome:
    """Train under ``payload.config`` and read the regime back; every file goes to ``handle.directory``."""
    torch.set_num_threads(1)
    config, folder = payload.config, handle.directory
    (folder / "config.yaml").write_text(config.to_yaml(), encoding="utf-8")
    begin = tracking.Begin(
        name=f"{payload.study}/{handle.number:03d}",
        params=config.flat(),
        tags=_tags(payload, handle),
        directory=folder,
        parent=payload.parent,
    )
    with tracking.opened(config.record, begin) as records:
        task = recipes.build(config.recipe, config.seed)
        run = _Run(task, config, payload.objectives, handle, records)
        try:
            result = run.train()
        except BaseException:  # the curves so far are kept, whatever ended the run
            records.finish({}, _write_curves(folder, run.curves))
            raise
        diagnosis = diagnose(judged(config, run.curves, result), task.baseline)
        for name, value in result.test.items():
            records.add(result.step, {name: value})
        files = _write_curves(folder, run.curves) + _write_verdict(folder, run.curves, diagnosis, config)
        facts: dict[str, Any] = {"notes": list(task.notes)} if task.notes else {}
        facts |= _facts(config, diagnosis, result, run.curves, records.run_id)
        if config.audit:
            facts["audit"] = audit_runs.measure(config, task, result)
        tags = {"sweep.diagnosed": diagnosis.regime, "sweep.confidence": f"{diagnosis.confidence:.2f}"}
        state: State = "PRUNED" if run.pruned else "COMPLETE"
        records.finish({**tags, "sweep.state": state}, files)
        outcome = Outcome(
            state,
            tuple(best(run.curves, objective) for objective in payload.objectives),
            facts,
        )
        commit(folder, outcome)
        shutil.rmtree(folder / CHECKPOINT, ignore_errors=True)
        records.status = "FINISHED"
    return outcome


def judged(config: Config, curves: Curves, result: TrainingResult) -> Curves:
    """What the verdict is on: the run, or where it stopped early, the model that it kept."""
    return curves.frozen_from(result.step) if config.train.early_stopping else curves


def best(curves: Curves, objective: str) -> float:
    """The best value of an objective over the run, to be minimised: a leading ``-`` turns a score round."""
    sign = -1.0 if objective.startswith("-") else 1.0
    values = curves[objective.removeprefix("-")].finite().values
    return float((sign * values).min()) if len(values) else math.nan


class _Run:
    """The points of a run as they come in, and who is told of them."""

    def __init__(
        self, task: Task, config: Config, objectives: tuple[str, ...], handle: Handle, records: tracking.Records
    ) -> None:
        minutes = config.train.checkpoint_minutes
        self.checkpoints = CheckpointStore(handle.directory / CHECKPOINT, None if minutes is None else 60 * minutes)
        settings = (config.train, config.seed, config.engine.device)
        self.job = TrainingJob(task, *settings, handle.directory, self.checkpoints)
        self.engine, self.objectives, self.handle, self.records = config.engine.name, objectives, handle, records
        self.monitor = Monitor(task.baseline)
        self.pruned = False
        self.flushed = time.monotonic()

    @property
    def curves(self) -> Curves:
        return self.monitor.curves

    def train(self) -> TrainingResult:
        for step, values in self.checkpoints.latest_points():  # of the attempt that this one goes on from
            self.watch(step, values)
        return train(self.engine, self.job, self.watch)

    def watch(self, step: int, values: Mapping[str, float]) -> bool:
        """Take the values of one step; True where the study says that this is enough."""
        self.checkpoints.record(step, values)
        self.records.add(step, values)
        self.monitor.add(step, values)
        if "val_loss" not in values:
            return False
        if time.monotonic() - self.flushed > FLUSH_SECONDS:
            self.records.flush()
            self.flushed = time.monotonic()
        for objective in self.objectives:
            if objective.removeprefix("-") not in values:
                raise ConfigError("study.objectives", f"{objective!r} is not one of {', '.join(sorted(values))}")
        objective = self.objectives[0]
        sign, name = (-1.0, objective[1:]) if objective.startswith("-") else (1.0, objective)
        value = sign * values.get(name, math.nan)
        share = step / self.job.steps
        optimistic_final = self.monitor.optimistic_final(share) if objective == "val_loss" else -math.inf
        self.pruned = self.handle.report(step, value, self.monitor.hopeless, share, optimistic_final)
        return self.pruned


def _tags(payload: Payload, handle: Handle) -> dict[str, str]:
    config = payload.config
    return {
        "sweep.study": payload.study,
        "sweep.trial": str(handle.number),
        "sweep.attempt": str(handle.attempt),
        "sweep.recipe": config.recipe.name,
        "sweep.seed": str(config.seed),
        "sweep.expected": config.expected or "",
        "sweep.remedies": ",".join(given.remedy for given in config.remedies),
        "mlflow.source.git.commit": _commit_id(),
    }


def _facts(
    config: Config, diagnosis: Diagnosis, result: TrainingResult, curves: Curves, run_id: str | None
) -> dict[str, Any]:
    """What the study keeps of a trial, as JSON can hold it."""
    steps = curves["batch_loss"].steps
    return {
        "recipe": config.recipe.name,
        "seed": config.seed,
        "regime": config.regime,
        "expected": config.expected,
        "remedies": [given.remedy for given in config.remedies],
        "skipped": [skipped.remedy for skipped in config.skipped],
        "diagnosed": diagnosis.regime,
        "confidence": diagnosis.confidence,
        **config.knobs,
        "steps": int(steps[-1]) if len(steps) else 0,
        "mlflow_run_id": run_id,
        **{name: value if math.isfinite(value) else None for name, value in result.test.items()},
    }


def _write_curves(folder: Path, curves: Curves) -> list[Path]:
    """The files that there are for any run, also one cut off."""
    (folder / "curves.csv").write_text(curves.to_csv(), encoding="utf-8")
    return [folder / "config.yaml", folder / "curves.csv"]


def _write_verdict(folder: Path, curves: Curves, diagnosis: Diagnosis, config: Config) -> list[Path]:
    """The files of a run that was read back."""
    told = {
        **diagnosis.to_dict(),
        "expected": config.expected,
        "remedies": [asdict(given) for given in config.remedies],
        "skipped": [asdict(skipped) for skipped in config.skipped],
    }
    learning_curves.save(
        learning_curves.draw(curves, diagnosis, f"{config.recipe.name}, seed {config.seed}"), folder / "curves.png"
    )
    text = json.dumps(told, indent=2, allow_nan=False) + "\n"
    (folder / "diagnosis.json").write_text(text, encoding="utf-8")
    return [folder / "curves.png", folder / "diagnosis.json"]


def _commit_id() -> str:
    """The git commit of this code; empty where it is not in a checkout, or git is not there."""
    checkout, git = Path(__file__).parents[3], shutil.which("git")
    if git is None or not (checkout / ".git").exists():
        return ""
    done = subprocess.run([git, "rev-parse", "HEAD"], cwd=checkout, capture_output=True, text=True, check=False)
    return done.stdout.strip()
