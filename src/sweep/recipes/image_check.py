"""What can be found wrong with an image recipe before torch is loaded."""

from __future__ import annotations

from pathlib import Path

from sweep.config.schema import Recipe
from sweep.errors import ConfigError
from sweep.recipes import pretrained_check
from sweep.recipes.data.splits import SPLITS


def check(recipe: Recipe) -> None:
    """Raises `ConfigError` for a folder that does not exist, or for a checkpoint that can't be used."""
    if not recipe.data["train"]:
        raise ConfigError("recipe.data.train", "has no value: name a folder of images, or one that datasets saved")
    for split in SPLITS:
        folder = recipe.data[split]
        if folder and not Path(folder).is_dir():
            raise ConfigError(f"recipe.data.{split}", f"is {folder!r}, which is not a folder (looked in {Path.cwd()})")
    pretrained_check.check(recipe.model["checkpoint"])
