"""A plain PyTorch training loop as an engine: the second of the two ways, and a check of the first.

It does what the Trainer does, in the open: the same order of the data, optimiser, schedule, clipping and evaluation
points. With the same seed and no dropout both give the same curve, to rounding.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import torch
from torch.optim.lr_scheduler import LRScheduler
from transformers import PreTrainedModel, get_scheduler, set_seed

from sweep.engines.best_model import BestModel
from sweep.engines.checkpoints import CheckpointStore, restore_best, step_of
from sweep.engines.evaluate import evaluate, fetch
from sweep.engines.job import SCHEDULERS, TrainingJob, TrainingResult, Watch, pick_device, tested, trains_in_half

STATE = "state.pt"


def train(job: TrainingJob, watch: Watch) -> TrainingResult:
    """Train the job, calling ``watch`` with every point as it comes; stops at once where the loss is not finite."""
    return _Loop(job, watch).run()


class _Loop:
    """A model, its optimiser and schedule, and the step that training has reached."""

    def __init__(self, job: TrainingJob, watch: Watch) -> None:
        set_seed(job.seed)
        self.job = job
        self.watch = watch
        self.device = pick_device(job.device)
        self.half = trains_in_half(self.device)
        self.model: PreTrainedModel = job.task.model().to(self.device)
        groups = _parameter_groups(self.model, job.train.weight_decay)
        # Fused, as the Trainer does it: the other implementations round differently, and the curves drift apart.
        self.optimizer = torch.optim.AdamW(groups, lr=job.train.learning_rate, fused=True)
        self.scheduler: LRScheduler = get_scheduler(
            SCHEDULERS[job.train.schedule], self.optimizer, job.warmup_steps, job.steps
        )
        self.best = BestModel.wanted_by(job.train)
        self.step = 0

    def run(self) -> TrainingResult:
        checkpoints = self.job.checkpoints
        stop = self.resume_or_evaluate()
        for rows in islice(self.batches(), self.step, None):
            if stop:
                break
            stop = self.train_on(rows)
            if stop or self.job.evaluates_at(self.step):
                out_of_patience = self.evaluate()
                stop = stop or out_of_patience
            if checkpoints is not None and checkpoints.is_due():
                self.save(checkpoints)
        return tested(self.step, self.model, self.best, self.test)

    def batches(self) -> Iterator[list[int]]:
        """The rows of every batch of every epoch."""
        train = self.job.train
        for epoch in range(train.epochs):
            yield from epoch_batches(len(self.job.task.train), train.batch_size, self.job.seed + epoch)

    def train_on(self, rows: list[int]) -> bool:
        """One step on one batch; True where it is to be the last."""
        self.model.train()
        inputs = fetch(self.job.task, self.job.task.train, rows, self.device)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.half):
            loss = self.model(**inputs).loss
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.job.max_grad_norm)
        rate = self.scheduler.get_last_lr()[0]
        self.optimizer.step()
        self.scheduler.step()
        self.optimizer.zero_grad()
        self.step += 1
        batch_loss = loss.item()
        point = {
            "batch_loss": batch_loss,
            "grad_norm": norm.item(),
            "learning_rate": rate,
            "epoch": self.step * self.job.train.epochs / self.job.steps,
        }
        return self.watch(self.step, point) or not math.isfinite(batch_loss)

    def evaluate(self) -> bool:
        """Evaluate the sample of the training set and the validation set; True where training is to end."""
        task = self.job.task
        point = self.metrics(task.sample, "train") | self.metrics(task.validation, "val")
        stop = self.watch(self.step, point)
        out_of_patience = self.best is not None and self.best.update(self.step, point["val_loss"], self.model)
        return stop or out_of_patience

    def test(self) -> Mapping[str, float]:
        return self.metrics(self.job.task.test, "test")

    def metrics(self, split: Any, prefix: str) -> dict[str, float]:
        found = evaluate(self.model, self.job.task, split, self.device, self.half)
        return {f"{prefix}_{name}": value for name, value in found.items()}

    def save(self, checkpoints: CheckpointStore) -> None:
        """Write a checkpoint of everything that the next step depends on."""
        state = {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "scheduler": self.scheduler.state_dict(),
            "rng": {"cpu": torch.get_rng_state(), "cuda": torch.cuda.get_rng_state_all()},
        }
        folder = checkpoints.new_folder(self.step)
        torch.save(state, folder / STATE)
        checkpoints.commit(folder, self.best)

    def resume_or_evaluate(self) -> bool:
        """Continue from the latest checkpoint, or else evaluate the initial model; True where training is to end."""
        folder = self.job.checkpoints.latest() if self.job.checkpoints else None
        if folder is None:
            return self.evaluate()
        self.resume(folder)
        return False

    def resume(self, folder: Path) -> None:
        state = torch.load(folder / STATE, map_location="cpu", weights_only=True)
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.scheduler.load_state_dict(state["scheduler"])
        torch.set_rng_state(state["rng"]["cpu"])
        torch.cuda.set_rng_state_all(state["rng"]["cuda"])
        restore_best(self.best, folder)
        self.step = step_of(folder)


def epoch_batches(size: int, batch_size: int, seed: int) -> Iterator[list[int]]:
    """Row numbers of one epoch, shuffled as the Trainer's sampler does for a seed of the run's plus the epoch."""
    order: list[int] = torch.randperm(size, generator=torch.Generator().manual_seed(seed)).tolist()
    return (order[first : first + batch_size] for first in range(0, size, batch_size))


def _parameter_groups(model: PreTrainedModel, weight_decay: float) -> list[dict[str, Any]]:
    """Weight decay is for matrices, not for biases and the gains of normalisations."""
    decayed: list[torch.nn.Parameter] = []
    other: list[torch.nn.Parameter] = []
    for name, value in model.named_parameters():
        group = decayed if value.ndim >= 2 and "bias" not in name else other
        group.append(value)
    return [{"params": decayed, "weight_decay": weight_decay}, {"params": other, "weight_decay": 0.0}]
