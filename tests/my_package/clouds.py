"""Two clouds of points: a recipe as a user would add one, in a module of their own."""

import numpy as np
from datasets import Dataset
from transformers import ViTConfig, ViTForImageClassification, default_data_collator

from sweep.config.schema import Recipe
from sweep.recipes.data.splits import stratified_split
from sweep.recipes.task import Task, classification


def build(recipe: Recipe, seed: int) -> Task:
    rng = np.random.default_rng(seed)
    labels = np.arange(120) % 2
    centres = recipe.data["distance"] * labels[:, None, None, None]
    images = rng.normal(centres, 1.0, size=(120, 1, 4, 4)).astype(np.float32)
    rows = stratified_split(labels, recipe.sizes, seed)

    def split(which: np.ndarray) -> Dataset:
        return Dataset.from_dict({"pixel_values": list(images[which]), "labels": labels[which]}).with_format("torch")

    shape = ViTConfig(
        image_size=4, patch_size=2, num_channels=1, num_labels=2, hidden_size=16, intermediate_size=16,
        num_hidden_layers=1, num_attention_heads=2,
    )  # fmt: skip
    return classification(
        train=split(rows.train),
        validation=split(rows.validation),
        test=split(rows.test),
        model=lambda: ViTForImageClassification(shape),
        collate=default_data_collator,
    )
