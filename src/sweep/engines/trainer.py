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

from sweep.engines.best_model import Best
from sweep.engines.checkpoints import restore
from sweep.engines.job import SCHEDULERS, Job, Result, Watch, pick_device
from sweep.recipes.task import Predict, Task

WEIGHTS = "weights.pt"
_BATCH = {"loss": "batch_loss", "grad_norm": "grad_norm", "learning_rate": "learning_rate"}


def train(job: Job, watch: Watch) -> Result:
    """Train the job, telling ``watch`` of every point as it comes; stops at once where the loss is no number."""
    set_seed(job.seed)
    task, model = job.task, job.task.model()
    best = Best(job.train.early_stopping) if job.train.keep_best or job.train.early_stopping else None
    trainer = _Trainer(
        model=model,
        args=_arguments(job),
        train_dataset=task.train,
        eval_dataset={"train": task.sample, "val": task.validation},
        data_collator=task.collate,
        compute_metrics=_measured(task),
        callbacks=[_Reporter(job, watch, best, model)],
    )
    trainer.predict_batch = task.predict
    trainer.model_accepts_loss_kwargs = False  # the loss is the model's own mean, as in evaluation
    trainer.remove_callback(PrinterCallback)
    resumed = job.keeper.latest() if job.keeper else None
    if resumed:
        restore(best, resumed)
        trainer.args.eval_on_start = False  # the points up to here are known
    trainer.train(resume_from_checkpoint=str(resumed) if resumed else None)
    last = _test(trainer, task)
    if best is None:
        return Result(last, trainer.state.global_step, last)
    best.restore(model)
    return Result(_test(trainer, task), best.step, last)


def _test(trainer: Trainer, task: Task) -> dict[str, float]:
    test = trainer.evaluate(task.test, metric_key_prefix="test")
    test |= {f"test_{name}": value for name, value in task.score(test["test_loss"]).items()}
    return {name: float(value) for name, value in test.items() if _is_metric(name)}


class _Trainer(Trainer):
    """Keeps of an evaluated batch what the task asks for: logits, or the text that the model really writes.

    Its checkpoints hold the weights under the names that the model has: `save_pretrained` renames those of some
    architectures to the names of old, and a resumed Trainer then passes over them.
    """

    predict_batch: Predict

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


def _measured(task: Task) -> Callable[[EvalPrediction], dict[str, float]] | None:
    measure = task.measure
    return None if measure is None else lambda seen: dict(measure(seen.predictions, seen.label_ids))


def _arguments(job: Job) -> TrainingArguments:
    device = pick_device(job.device)
    return TrainingArguments(
        output_dir=str(job.directory / "checkpoint"),
        use_cpu=device.type == "cpu",
        bf16=device.type == "cuda" and torch.cuda.is_bf16_supported(),
        seed=job.seed,
        learning_rate=job.knobs.learning_rate,
        per_device_train_batch_size=job.knobs.batch_size,
        per_device_eval_batch_size=job.task.evaluated_at_once,
        num_train_epochs=job.knobs.epochs,
        lr_scheduler_type=SCHEDULERS[job.train.schedule],
        warmup_steps=job.warmup_steps,
        weight_decay=job.train.weight_decay,
        max_grad_norm=job.train.max_grad_norm or math.inf,
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
    """Carries the Trainer's log to ``watch``, and its answer back."""

    def __init__(self, job: Job, watch: Watch, best: Best | None, model: torch.nn.Module) -> None:
        self.job, self.watch, self.best, self.model = job, watch, best, model
        self.seen: dict[str, float] = {}

    def on_step_end(self, args: Any, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        control.should_evaluate = self.job.evaluates(state.global_step)
        control.should_save = self.job.keeper is not None and self.job.keeper.due()

    def on_save(self, args: Any, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        assert self.job.keeper is not None
        self.job.keeper.seal(self.job.keeper.directory / f"checkpoint-{state.global_step}", self.best)

    def on_log(
        self, args: Any, state: TrainerState, control: TrainerControl, logs: Mapping[str, float], **_: Any
    ) -> None:
        if "loss" in logs:
            point = {ours: float(logs[theirs]) for theirs, ours in _BATCH.items() if theirs in logs}
            stop = self.watch(state.global_step, {**point, "epoch": float(state.epoch or 0.0)})
            if stop or not math.isfinite(point["batch_loss"]):
                # Evaluated once more, so that both curves show where it ended.
                control.should_evaluate = control.should_training_stop = True
            return
        self.seen |= {key.removeprefix("eval_"): float(logs[key]) for key in logs if _is_metric(key)}
        if "val_loss" not in self.seen:
            return  # the two evaluation sets come one after the other
        seen, self.seen = self.seen, {}
        for part in ("train", "val"):
            seen |= {f"{part}_{name}": value for name, value in self.job.task.score(seen[f"{part}_loss"]).items()}
        stop = self.watch(state.global_step, seen)
        if self.best and self.best.see(state.global_step, seen["val_loss"], self.model):
            stop = True
        control.should_training_stop = control.should_training_stop or stop


def _is_metric(name: str) -> bool:
    """The Trainer adds timings to what it measured."""
    if not name.startswith(("eval_train_", "eval_val_", "test_")):
        return False
    return not name.endswith(("_runtime", "_per_second", "_model_preparation_time"))
