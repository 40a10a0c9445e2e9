"""Classes of images: any ViT-like checkpoint with its image processor, on images that people bring."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from datasets import Dataset
from transformers import AutoImageProcessor, AutoModelForImageClassification

from sweep.config.schema import Recipe
from sweep.errors import ConfigError
from sweep.recipes import image_check, pretrained
from sweep.recipes.data import image_folders
from sweep.recipes.data.splits import complete_splits
from sweep.recipes.pretrained_check import KEY
from sweep.recipes.task import Task, classification


def build(recipe: Recipe, seed: int) -> Task:
    """The task of one seed; splits that are not given are held out of the training images.

    Raises `ConfigError` for images or a checkpoint that can't be used.
    """
    image_check.check(recipe)
    images = image_folders.read(recipe.data)
    labels = {split: np.asarray(rows["labels"][:], dtype=np.int64) for split, rows in images.splits.items()}
    if len(np.unique(labels["train"])) < 2:
        raise ConfigError("recipe.data.train", f"is {recipe.data['train']!r}, which has one class only")
    selections = complete_splits(labels, recipe.data["max_examples"], seed)
    folder = pretrained.local_folder(recipe.model["checkpoint"])
    processor = _processor(folder)
    config = pretrained.class_config(folder, recipe.model["dropout"], images.names)
    model, notes = pretrained.model_factory(AutoModelForImageClassification, folder, config, "the classes of an image")

    def collate(examples: list[Mapping[str, Any]]) -> dict[str, torch.Tensor]:
        pictures = [example["image"].convert("RGB") for example in examples]
        batch: dict[str, torch.Tensor] = dict(processor(pictures, return_tensors="pt"))
        return batch | {"labels": torch.tensor([int(example["labels"]) for example in examples])}

    def split(name: str) -> Dataset:
        source, rows = selections[name]
        return images.splits[source].select(rows)

    return classification(
        train=split("train"),
        validation=split("validation"),
        test=split("test"),
        model=model,
        collate=collate,
        notes=notes,
    )


def _processor(folder: Path) -> Any:
    try:
        return AutoImageProcessor.from_pretrained(folder, use_fast=False, trust_remote_code=False)
    except (OSError, ValueError, ImportError) as error:
        reason = pretrained.first_line(error, 160)
        raise ConfigError(
            KEY, f"is {str(folder)!r}, which has no image processor that can be used: {reason}"
        ) from error
