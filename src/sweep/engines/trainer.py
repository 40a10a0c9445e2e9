"""The Hugging Face Trainer as an engine: every batch and every evaluation point goes to one plain callable."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from transformers import (
    EvalPrediction,
    PrinterCallback,
    Trainer,
    TrainerCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
    set_seed,
)

from sweep.engines.best_model import BestModel
from sweep.engines.checkpoints import restore_best
from sweep.engines.job import SCHEDULERS, TrainingJob, TrainingResult, Watch, pick_device, tested, trains_in_half
from sweep.recipes.task import PredictBatch, Task

WEIGHTS = "weights.pt"
SPLITS = ("train", "val")
BATCH_NAMES = {"loss": "batch_loss", "grad_norm": "grad_norm", "learning_rate": "learning_rate"}
TIMINGS = ("_runtime", "_per_second", "_model_preparation_time")  # the Trainer adds them to what it measured


def train(job: TrainingJob, watch: Watch) -> TrainingResult:
    """Train the job, calling ``watch`` with every point as it comes; stops at once where the loss is not finite."""
    set_seed(job.seed)
    task = job.task
    model = task.model()
    best = BestModel.wanted_by(job.train)
    trainer = _Trainer(
        model=model,
        args=_arguments(job),
        train_dataset=task.train,
        eval_dataset={"train": task.sample, "val": task.validation},
        data_collator=task.collate,
        compute_metrics=_metrics_function(task),
        callbacks=[_Reporter(job, watch, best, model)],
    )
    trainer.predict_batch = task.predict_batch
    trainer.model_accepts_loss_kwargs = False  # the loss is the model's own mean, as in evaluation
    trainer.remove_callback(PrinterCallback)
    resumed = job.checkpoints.latest() if job.checkpoints else None
    if resumed is not None:
        restore_best(best, resumed)
        trainer.args.eval_on_start = False  # the points up to here are known
    trainer.train(resume_from_checkpoint=str(resumed) if resumed else None)
    return tested(trainer.state.global_step, model, best, lambda: _test(trainer, task))


def _test(trainer: Trainer, task: Task) -> dict[str, float]:
    logged = trainer.evaluate(task.test, metric_key_prefix="test")
    metrics = {name: float(value) for name, value in logged.items() if _is_metric(name)}
    return metrics | _prefixed("test", task.loss_metrics(metrics["test_loss"]))


class _Trainer(Trainer):
    """Predictions of an evaluated batch are what the task asks for: logits, or the text that the model really writes.

    Checkpoints hold the weights under the names that the model has: `save_pretrained` gives those of some architectures
    their names of old, which a resumed Trainer then ignores.
    """

    predict_batch: PredictBatch

    def _save(self, output_dir: str | None = None, state_dict: Any = None) -> None:
        folder = Path(output_dir or self.args.output_dir)
        folder.mkdir(parents=True, exist_ok=True)
        torch.save(self.model.state_dict(), folder / WEIGHTS)

    def _load_from_checkpoint(self, resume_from_checkpoint: str, model: Any = None) -> None:
        weights = torch.load(Path(resume_from_checkpoint) / WEIGHTS, map_location="cpu", weights_only=True)
        self.model.load_state_dict(weights)

    def prediction_step(
        self, model: Any, inputs: Mapping[str, Any], prediction_loss_only: bool, ignore_keys: Any = None
    ) -> tuple[torch.Tensor, torch.Tensor | None, torch.Tensor | None]:
        inputs = self._prepare_inputs(inputs)
        with torch.no_grad():
            with self.compute_loss_context_manager():
                outputs = model(**inputs)
            loss = outputs["loss"].detach().mean()
            if prediction_loss_only:
                return loss, None, None
            return loss, self.predict_batch(model, inputs, outputs["logits"]), inputs["labels"]


def _metrics_function(task: Task) -> Callable[[EvalPrediction], dict[str, float]] | None:
    compute = task.compute_metrics
    if compute is None:
        return None
    return lambda evaluated: dict(compute(evaluated.predictions, evaluated.label_ids))


def _arguments(job: TrainingJob) -> TrainingArguments:
    device = pick_device(job.device)
    return TrainingArguments(
        output_dir=str(job.directory / "checkpoint"),
        use_cpu=device.type == "cpu",
        bf16=trains_in_half(device),
        seed=job.seed,
        learning_rate=job.train.learning_rate,
        per_device_train_batch_size=job.train.batch_size,
        per_device_eval_batch_size=job.task.eval_batch_size,
        num_train_epochs=job.train.epochs,
        lr_scheduler_type=SCHEDULERS[job.train.schedule],
        warmup_steps=job.warmup_steps,
        weight_decay=job.train.weight_decay,
        max_grad_norm=job.max_grad_norm,
        eval_on_start=True,
        logging_steps=1,
        logging_nan_inf_filter=False,  # the default hides a NaN behind the running mean
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
        remove_unused_columns=False,  # a task has no other columns than the inputs of its model
        dataloader_pin_memory=False,
    )


class _Reporter(TrainerCallback):
    """Passes the Trainer's log to ``watch``, and its answer back."""

    def __init__(self, job: TrainingJob, watch: Watch, best: BestModel | None, model: torch.nn.Module) -> None:
        self.job = job
        self.watch = watch
        self.best = best
        self.model = model
        self.evaluated: dict[str, float] = {}

    def on_step_end(self, args: Any, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        checkpoints = self.job.checkpoints
        control.should_evaluate = self.job.evaluates_at(state.global_step)
        control.should_save = checkpoints is not None and checkpoints.is_due()

    def on_save(self, args: Any, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        checkpoints = self.job.checkpoints
        if checkpoints is not None:
            checkpoints.commit(checkpoints.folder(state.global_step), self.best)

    def on_log(
        self, args: Any, state: TrainerState, control: TrainerControl, logs: Mapping[str, float], **_: Any
    ) -> None:
        if "loss" in logs:
            self._on_batch(state, control, logs)
            return
        self.evaluated |= {name.removeprefix("eval_"): float(logs[name]) for name in logs if _is_metric(name)}
        if "val_loss" in self.evaluated:  # the two evaluation sets are logged one after the other
            point = self.evaluated
            self.evaluated = {}
            self._on_evaluation(state, control, point)

    def _on_batch(self, state: TrainerState, control: TrainerControl, logs: Mapping[str, float]) -> None:
        point = {ours: float(logs[theirs]) for theirs, ours in BATCH_NAMES.items() if theirs in logs}
        point["epoch"] = float(state.epoch or 0.0)
        stop = self.watch(state.global_step, point)
        if stop or not math.isfinite(point["batch_loss"]):
            control.should_training_stop = True
            control.should_evaluate = True  # so that both curves show where the run ended

    def _on_evaluation(self, state: TrainerState, control: TrainerControl, point: dict[str, float]) -> None:
        for split in SPLITS:
            point |= _prefixed(split, self.job.task.loss_metrics(point[f"{split}_loss"]))
        stop = self.watch(state.global_step, point)
        out_of_patience = self.best is not None and self.best.update(state.global_step, point["val_loss"], self.model)
        if stop or out_of_patience:
            control.should_training_stop = True


def _prefixed(prefix: str, metrics: Mapping[str, float]) -> dict[str, float]:
    return {f"{prefix}_{name}": value for name, value in metrics.items()}


def _is_metric(name: str) -> bool:
    return name.startswith(("eval_train_", "eval_val_", "test_")) and not name.endswith(TIMINGS)
