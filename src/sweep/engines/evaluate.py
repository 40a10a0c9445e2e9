"""Evaluation of a model on one split of a task: the loss and the task's metrics, dropout off."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import torch
from datasets import Dataset
from numpy.typing import NDArray
from transformers import PreTrainedModel

from sweep.recipes.task import Task

IGNORED = -100  # pads rows of different lengths, as in transformers


def evaluate(
    model: PreTrainedModel, task: Task, split: Dataset, device: torch.device, half: bool = False
) -> dict[str, float]:
    """``loss``, the mean of the batches weighted by their examples, and every metric of the task.

    The model is left in evaluation mode. ``half``: compute in bfloat16.
    """
    model.eval()
    total = 0.0
    predictions: list[NDArray[np.generic]] = []
    labels: list[NDArray[np.generic]] = []
    for rows in _batches(len(split), task.eval_batch_size):
        inputs = fetch(task, split, rows, device)
        with torch.no_grad():
            with torch.autocast(device.type, torch.bfloat16, enabled=half):
                outputs = model(**inputs)
            total += float(outputs["loss"]) * len(rows)
            if task.compute_metrics is not None:
                predictions.append(_as_array(task.predict_batch(model, inputs, outputs["logits"])))
                labels.append(_as_array(inputs["labels"]))
    loss = total / len(split) if len(split) else math.nan
    metrics = {"loss": loss, **task.loss_metrics(loss)}
    if task.compute_metrics is not None:
        metrics |= task.compute_metrics(_concatenate(predictions), _concatenate(labels))
    return metrics


def fetch(task: Task, split: Dataset, rows: Sequence[int], device: torch.device) -> Mapping[str, torch.Tensor]:
    """The batch of these rows, on the device. The rows are fetched at once, as PyTorch's loader does it."""
    return {name: value.to(device) for name, value in task.collate(split.__getitems__(rows)).items()}


def _batches(size: int, batch_size: int) -> Iterator[range]:
    return (range(first, min(first + batch_size, size)) for first in range(0, size, batch_size))


def _concatenate(batches: list[NDArray[np.generic]]) -> NDArray[np.generic]:
    """All rows one below the other; where they are sequences, padded to the longest."""
    longest = max((batch.shape[1] for batch in batches if batch.ndim == 2), default=0)
    return np.concatenate([_padded(batch, longest) for batch in batches])


def _padded(batch: NDArray[np.generic], length: int) -> NDArray[np.generic]:
    if batch.ndim != 2:
        return batch
    return np.pad(batch, ((0, 0), (0, length - batch.shape[1])), constant_values=IGNORED)


def _as_array(values: torch.Tensor) -> NDArray[np.generic]:
    values = values.detach().cpu()
    array: NDArray[np.generic] = (values.float() if values.is_floating_point() else values).numpy()
    return array
