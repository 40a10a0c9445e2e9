"""What can be found wrong with a text recipe before torch is loaded: 100,000 rows take a second."""

from __future__ import annotations

from sweep.config.schema import Recipe
from sweep.recipes import pretrained_check
from sweep.recipes.data import labelled_text, text_sources
from sweep.recipes.data.splits import train_size


def check(recipe: Recipe) -> int | None:
    """The number of training examples; None for a data set on the hub, which the trial fetches.

    Raises `ConfigError` for files, columns, labels or a checkpoint that can't be used.
    """
    data = recipe.data
    text_sources.text_columns(data)
    pretrained_check.check(recipe.model["checkpoint"])
    if data["name"]:
        return None
    splits = labelled_text.read(data).splits
    return train_size({name: len(split.labels) for name, split in splits.items()}, data["max_examples"])
