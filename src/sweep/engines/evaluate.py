"""Evaluation of a model on one part of a task: the loss and the task's metrics, dropout off."""

from __future__ import annotations

import math

import numpy as np
import torch
from datasets import Dataset
from numpy.typing import NDArray
from transformers import PreTrainedModel

from sweep.recipes.task import Task

IGNORED = -100  # fills up where the batches' rows are of different lengths


def evaluate(
    model: PreTrainedModel, task: Task, part: Dataset, device: torch.device, half: bool = False
) -> dict[str, float]:
    """``loss``, the mean over the batches by their examples, and every metric of the task; the model stays on eval."""
    model.eval()
    total = 0.0
    predictions, labels = [], []
    for first in range(0, len(part), task.evaluated_at_once):
        rows = [part[i] for i in range(first, min(first + task.evaluated_at_once, len(part)))]
        inputs = {name: value.to(device) for name, value in task.collate(rows).items()}
        with torch.no_grad():
            with torch.autocast(device.type, torch.bfloat16, enabled=half):
                outputs = model(**inputs)
            total += float(outputs["loss"]) * len(rows)
            if task.measure is not None:
                predictions.append(_plain(task.predict(model, inputs, outputs["logits"])))
                labels.append(_plain(inputs["labels"]))
    loss = total / len(part) if len(part) else math.nan
    measured = task.measure(_stack(predictions), _stack(labels)) if task.measure is not None else {}
    return {"loss": loss, **task.score(loss), **measured}


def _stack(batches: list[NDArray[np.generic]]) -> NDArray[np.generic]:
    """The batches one under another, rows filled up to the longest."""
    longest = max((batch.shape[1] for batch in batches if batch.ndim == 2), default=0)
    filled = [
        np.pad(batch, ((0, 0), (0, longest - batch.shape[1])), constant_values=IGNORED) if batch.ndim == 2 else batch
        for batch in batches
    ]
    return np.concatenate(filled)


def _plain(values: torch.Tensor) -> NDArray[np.generic]:
    values = values.detach().cpu()
    array: NDArray[np.generic] = (values.float() if values.is_floating_point() else values).numpy()
    return array
