"""What can be found wrong with a language recipe before torch is loaded."""

from __future__ import annotations

from pathlib import Path

from sweep.config.schema import Recipe
from sweep.errors import ConfigError
from sweep.recipes.data.splits import SPLITS


def check(recipe: Recipe) -> None:
    """Raises `ConfigError` for a text file that does not exist."""
    for split in SPLITS:
        file = recipe.data[split]
        if file and not Path(file).is_file():
            raise ConfigError(f"recipe.data.{split}", f"is {file!r}, which is not a file (looked in {Path.cwd()})")
