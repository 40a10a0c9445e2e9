"""Recipes: data, a model and a task. One file a family; `conf/recipe/NAME.yaml` states sizes, shape and reference."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

from sweep.errors import ConfigError

if TYPE_CHECKING:
    from sweep.config.schema import Recipe
    from sweep.recipes.task import Task


def module(family: str) -> str:
    """The module of a family: one of ours, or where there is a dot in the name, one of the user's own.

    Raises `ConfigError` where there is no such module.
    """
    name = family if "." in family else f"{__name__}.{family}"
    try:
        known = find_spec(name) is not None
    except (ImportError, ValueError):
        known = False
    if not known:
        raise ConfigError("recipe.family", f"is {family!r}, but there is no module {name} that can be imported here")
    return name


def build(recipe: Recipe, seed: int) -> Task:
    """The task that a recipe describes, as the module of its family makes it from one seed."""
    task: Task = import_module(module(recipe.family)).build(recipe, seed)
    if recipe.metrics:
        from sweep.recipes import metrics

        task = metrics.extend(task, recipe.metrics)
    return task
