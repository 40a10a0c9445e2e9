"""What can be found wrong with a translation recipe before torch is loaded."""

from __future__ import annotations

from sweep.config.schema import Recipe
from sweep.errors import ConfigError
from sweep.recipes.data import tables
from sweep.recipes.data.splits import SPLITS

ARCHITECTURES = ("t5", "bart")


def check(recipe: Recipe) -> None:
    """Raises `ConfigError` for an unknown architecture, a file that does not exist, or one that lacks a column."""
    kind = recipe.model["architecture"]
    if kind not in ARCHITECTURES:
        raise ConfigError("recipe.model.architecture", f"is {kind!r}, but must be one of {', '.join(ARCHITECTURES)}")
    data = recipe.data
    for split in SPLITS:
        if data[split]:
            tables.check(data[split], f"recipe.data.{split}", (data["source"], data["target"]), data["encoding"])
