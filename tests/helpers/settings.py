"""The settings of a run as the command line would give them, and the task that they make."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sweep import recipes
from sweep.config import compose
from sweep.config.settings import Config

if TYPE_CHECKING:
    from sweep.recipes.task import Task


def resolved(*overrides: str) -> Config:
    """The settings that these overrides make of `conf`."""
    return compose.settings(overrides)


def built(*overrides: str) -> Task:
    """The task of these settings, its data looked at first, as a command does."""
    config = resolved(*overrides)
    recipes.check(config.recipe)
    return recipes.build(config.recipe, config.seed)
