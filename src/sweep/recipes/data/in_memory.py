"""Small data held in memory as tensors: a batch is one indexing, where decoding its examples took half the run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import torch
from datasets import Dataset

from sweep.recipes.task import Task

Batch = Mapping[str, torch.Tensor]


class Tensors(torch.utils.data.Dataset[Batch]):
    """A map-style dataset of equally shaped examples; a loader asks it for whole batches."""

    def __init__(self, data: Dataset) -> None:
        # By way of NumPy: the other format makes a tensor of every single example first.
        columns = data.with_format("numpy")[:].items()
        self._columns: Batch = {name: torch.as_tensor(column) for name, column in columns}
        self._size = len(data)

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, row: int) -> Batch:
        return {name: column[row] for name, column in self._columns.items()}

    def __getitems__(self, rows: Sequence[int]) -> Batch:
        """The batch of these rows, each tensor of shape ``(len(rows), ...)``."""
        indices = torch.as_tensor(rows)
        return {name: column[indices] for name, column in self._columns.items()}


def in_memory(task: Task) -> Task:
    """The same task with its splits in memory."""
    return replace(
        task,
        train=Tensors(task.train),
        sample=Tensors(task.sample),
        validation=Tensors(task.validation),
        test=Tensors(task.test),
        collate=_batch,
    )


def _batch(examples: Batch | list[Batch]) -> Batch:
    """What a loader fetched is a batch already; single examples are stacked."""
    if isinstance(examples, list):
        stacked: Batch = torch.utils.data.default_collate(examples)
        return stacked
    return examples
