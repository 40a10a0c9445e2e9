"""Handwritten digits: scikit-learn's 1,797 real 8x8 images, which travel in its wheel, and a small ViT."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from datasets import Dataset
from sklearn.datasets import load_digits
from transformers import ViTConfig, ViTForImageClassification, default_data_collator

from sweep.config.schema import Recipe
from sweep.recipes.data.in_memory import in_memory
from sweep.recipes.data.label_noise import mislabelled
from sweep.recipes.data.splits import stratified_split
from sweep.recipes.task import Task, classification

CLASSES = 10


def build(recipe: Recipe, seed: int) -> Task:
    """The task of one seed: stratified splits of the sizes that the recipe states, and a ViT of its shape."""
    digits = load_digits()
    images = (digits.images / 16.0 * 2.0 - 1.0).astype(np.float32)[:, None]
    rows = stratified_split(digits.target, recipe.sizes, seed)
    rng = np.random.default_rng(seed)
    labels = mislabelled(digits.target, rows, recipe.data["label_noise"], CLASSES, rng)
    copies = int(recipe.data["augment"])
    train_images = [images[rows.train], *(_shifted(images[rows.train], rng) for _ in range(copies))]
    config = _config(recipe.model)
    task = classification(
        train=_dataset(np.concatenate(train_images), np.tile(labels[rows.train], 1 + copies)),
        validation=_dataset(images[rows.validation], labels[rows.validation]),
        test=_dataset(images[rows.test], labels[rows.test]),
        model=lambda: ViTForImageClassification(config),
        collate=default_data_collator,
    )
    return in_memory(task)


def _config(shape: Mapping[str, Any]) -> ViTConfig:
    return ViTConfig(
        image_size=8,
        patch_size=shape["patch"],
        num_channels=1,
        hidden_size=shape["width"],
        intermediate_size=2 * shape["width"],
        num_hidden_layers=shape["layers"],
        num_attention_heads=shape["heads"],
        hidden_dropout_prob=shape["dropout"],
        attention_probs_dropout_prob=shape["dropout"],
        num_labels=CLASSES,
    )


def _dataset(images: np.ndarray, labels: np.ndarray) -> Dataset:
    return Dataset.from_dict({"pixel_values": list(images), "labels": labels}).with_format("torch")


def _shifted(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Copies moved by up to one pixel either way, which are still the same digits."""
    moves = rng.integers(-1, 2, size=(len(images), 2))
    return np.stack([np.roll(image, tuple(move), axis=(1, 2)) for image, move in zip(images, moves, strict=True)])
