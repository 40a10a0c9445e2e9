"""What can be found wrong with a translation recipe before torch is loaded."""

from __future__ import annotations

from sweep.config.schema import Recipe
from sweep.errors import ConfigError
from sweep.recipes.data import tables, text_pairs
from sweep.recipes.data.splits import SPLITS

ARCHITECTURES = ("t5", "bart")


def check(recipe: Recipe) -> None:
    """Raises `ConfigError` for an unknown architecture, a file that does not exist, or one that lacks a column."""
    kind = recipe.model["architecture"]
    if kind not in ARCHITECTURES:
        raise ConfigError("recipe.model.architecture", f"is {kind!r}, but must be one of {', '.join(ARCHITECTURES)}")
    for split in SPLITS:
        if recipe.data[split]:
            tables.check(text_pairs.table_of(recipe.data, split))
