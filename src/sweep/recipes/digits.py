"""Handwritten digits: scikit-learn's 1,797 real 8x8 images, which travel in its wheel, and a small ViT."""

from __future__ import annotations

import numpy as np
from datasets import Dataset
from sklearn.datasets import load_digits
from transformers import ViTConfig, ViTForImageClassification, default_data_collator

from sweep.config.schema import Recipe
from sweep.recipes.data.in_memory import resident
from sweep.recipes.task import Task, classification, relabel, split


def build(recipe: Recipe, seed: int) -> Task:
    """The task of one seed: stratified splits of the sizes that the recipe states, and a ViT of its shape."""
    digits = load_digits()
    images = (digits.images / 16.0 * 2.0 - 1.0).astype(np.float32)[:, None]
    parts = split(digits.target, recipe.sizes, seed)
    rng = np.random.default_rng(seed)
    labels = relabel(digits.target, parts, recipe.data["label_noise"], 10, rng)
    copies = int(recipe.data["augment"])
    train = [(images[parts.train], labels[parts.train])]
    train += [(_shifted(images[parts.train], rng), labels[parts.train]) for _ in range(copies)]
    shape = recipe.model

    def model() -> ViTForImageClassification:
        return ViTForImageClassification(
            ViTConfig(
                image_size=8,
                patch_size=shape["patch"],
                num_channels=1,
                hidden_size=shape["width"],
                intermediate_size=2 * shape["width"],
                num_hidden_layers=shape["layers"],
                num_attention_heads=shape["heads"],
                hidden_dropout_prob=shape["dropout"],
                attention_probs_dropout_prob=shape["dropout"],
                num_labels=10,
            )
        )

    task = classification(
        train=_dataset(np.concatenate([x for x, _ in train]), np.concatenate([y for _, y in train])),
        validation=_dataset(images[parts.validation], labels[parts.validation]),
        test=_dataset(images[parts.test], labels[parts.test]),
        model=model,
        collate=default_data_collator,
        recipe=recipe,
    )
    return resident(task)


def _dataset(images: np.ndarray, labels: np.ndarray) -> Dataset:
    return Dataset.from_dict({"pixel_values": list(images), "labels": labels}).with_format("torch")


def _shifted(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Each image moved by up to one pixel either way: a copy that is still the same digit."""
    moves = rng.integers(-1, 2, size=(len(images), 2))
    return np.stack([np.roll(image, tuple(move), axis=(1, 2)) for image, move in zip(images, moves, strict=True)])
