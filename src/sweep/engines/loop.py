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
from datasets import Dataset
from torch.optim.lr_scheduler import LRScheduler
from transformers import PreTrainedModel, get_scheduler, set_seed

from sweep.engines.best_model import Best
from sweep.engines.checkpoints import Keeper, restore, step_of
from sweep.engines.evaluate import evaluate
from sweep.engines.job import SCHEDULERS, Job, Result, Watch, pick_device

STATE = "state.pt"


def train(job: Job, watch: Watch) -> Result:
    """Train the job, telling ``watch`` of every point as it comes; stops at once where the loss is no number."""
    return _Loop(job, watch).run()


class _Loop:
    """A model, its optimiser and schedule, and the step that they have come to."""

    def __init__(self, job: Job, watch: Watch) -> None:
        set_seed(job.seed)
        self.job, self.watch = job, watch
        self.device = pick_device(job.device)
        self.half = self.device.type == "cuda" and torch.cuda.is_bf16_supported()
        self.model: PreTrainedModel = job.task.model().to(self.device)
        groups = _groups(self.model, job.train.weight_decay)
        # Fused, as the Trainer does it: the other implementations round differently, and the curves drift apart.
        self.optimizer = torch.optim.AdamW(groups, lr=job.knobs.learning_rate, fused=True)
        self.scheduler: LRScheduler = get_scheduler(
            SCHEDULERS[job.train.schedule], self.optimizer, job.warmup_steps, job.steps
        )
        self.best = Best(job.train.early_stopping) if job.train.keep_best or job.train.early_stopping else None
        self.step = 0

    def run(self) -> Result:
        keeper = self.job.keeper
        resumed = keeper.latest() if keeper else None
        if resumed:
            self.resume(resumed)
        stop = False if resumed else self.evaluate()
        for rows in islice(self.rows(), self.step, None):
            if stop:
                break
            stop = self.learn(rows)
            if stop or self.job.evaluates(self.step):
                stop = self.evaluate() or stop
            if keeper and keeper.due():
                self.save(keeper)
        last = self.test()
        if self.best is None:
            return Result(last, self.step, last)
        self.best.restore(self.model)
        return Result(self.test(), self.best.step, last)

    def rows(self) -> Iterator[list[int]]:
        """The batches of all epochs."""
        knobs = self.job.knobs
        for epoch in range(knobs.epochs):
            yield from batches(len(self.job.task.train), knobs.batch_size, self.job.seed + epoch)

    def learn(self, rows: list[int]) -> bool:
        """One step on one batch; True where it is to be the last."""
        self.model.train()
        inputs = self.batch(self.job.task.train, rows)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.half):
            loss = self.model(**inputs).loss
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.job.train.max_grad_norm or math.inf)
        rate = self.scheduler.get_last_lr()[0]
        self.optimizer.step()
        self.scheduler.step()
        self.optimizer.zero_grad()
        self.step += 1
        epochs = self.step * self.job.knobs.epochs / self.job.steps
        point = {"batch_loss": loss.item(), "grad_norm": float(norm), "learning_rate": rate, "epoch": epochs}
        return self.watch(self.step, point) or not math.isfinite(point["batch_loss"])

    def evaluate(self) -> bool:
        """Both evaluation sets; True where training is to end."""
        task = self.job.task
        seen = {f"train_{name}": value for name, value in self.measure(task.sample).items()}
        seen |= {f"val_{name}": value for name, value in self.measure(task.validation).items()}
        stop = self.watch(self.step, seen)
        return (self.best is not None and self.best.see(self.step, seen["val_loss"], self.model)) or stop

    def save(self, keeper: Keeper) -> None:
        """A checkpoint of everything that the next step depends on."""
        folder = keeper.place(self.step)
        parts = {"model": self.model, "optimizer": self.optimizer, "scheduler": self.scheduler}
        chance = {"cpu": torch.get_rng_state(), "cuda": torch.cuda.get_rng_state_all()}
        torch.save({name: part.state_dict() for name, part in parts.items()} | {"chance": chance}, folder / STATE)
        keeper.seal(folder, self.best)

    def resume(self, folder: Path) -> None:
        """Go on from a checkpoint."""
        state = torch.load(folder / STATE, map_location="cpu", weights_only=True)
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.scheduler.load_state_dict(state["scheduler"])
        torch.set_rng_state(state["chance"]["cpu"])
        torch.cuda.set_rng_state_all(state["chance"]["cuda"])
        restore(self.best, folder)
        self.step = step_of(folder)

    def measure(self, part: Dataset) -> dict[str, float]:
        return evaluate(self.model, self.job.task, part, self.device, self.half)

    def test(self) -> dict[str, float]:
        return {f"test_{name}": value for name, value in self.measure(self.job.task.test).items()}

    def batch(self, part: Dataset, rows: list[int]) -> Mapping[str, torch.Tensor]:
        return {name: value.to(self.device) for name, value in self.job.task.collate([part[i] for i in rows]).items()}


def batches(size: int, batch: int, seed: int) -> Iterator[list[int]]:
    """Row numbers of one epoch, shuffled as the Trainer's sampler does for a seed of the run's plus the epoch."""
    order: list[int] = torch.randperm(size, generator=torch.Generator().manual_seed(seed)).tolist()
    return (order[first : first + batch] for first in range(0, size, batch))


def _groups(model: PreTrainedModel, decay: float) -> list[dict[str, Any]]:
    """Parameters in two groups: weight decay is for matrices, not for offsets and the gains of normalisations."""
    decayed: list[torch.nn.Parameter] = []
    spared: list[torch.nn.Parameter] = []
    for name, value in model.named_parameters():
        (decayed if value.ndim >= 2 and "bias" not in name else spared).append(value)
    return [{"params": decayed, "weight_decay": decay}, {"params": spared, "weight_decay": 0.0}]
