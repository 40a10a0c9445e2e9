"""Recipes: data, a model and a task; `conf/recipe/NAME.yaml` states sizes, shape and the healthy reference.

A family is a module here, or one of the user's own by its dotted name, with ``build(recipe, seed) -> Task``. It may
load torch. Beside it there may be a module of the same name and `_check`, with ``check(recipe) -> int | None``: it is
called before anything is started, and must load nothing heavy.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from importlib import import_module
from typing import TYPE_CHECKING

from sweep.errors import ConfigError
from sweep.recipes import metrics
from sweep.recipes.import_paths import module_exists

if TYPE_CHECKING:
    from sweep.config.schema import Recipe
    from sweep.recipes.task import Task

FAMILIES = ("digits", "image", "language", "pairs", "text", "translation")
_checked: dict[str, int | None] = {}  # by the whole recipe: a sweep checks the same one for every trial


def module(family: str) -> str:
    """The name of a family's module. Raises `ConfigError` where there is none."""
    if family in FAMILIES:
        return f"{__name__}.{family}"
    if "." not in family:
        known = ", ".join(FAMILIES)
        raise ConfigError("recipe.family", f"is {family!r}, but must be one of {known}, or PACKAGE.MODULE of your own")
    if not module_exists(family):
        raise ConfigError("recipe.family", f"is {family!r}, but there is no such module that can be imported here")
    return family


def check(recipe: Recipe) -> int | None:
    """Everything that can be found wrong with a recipe before torch is loaded.

    Returns the number of training examples where only the user's data tell it, else None. Raises `ConfigError` for the
    first thing that is wrong.
    """
    key = json.dumps(asdict(recipe), sort_keys=True, default=str)
    if key not in _checked:
        own = f"{module(recipe.family)}_check"
        metrics.check(recipe.metrics)
        _checked[key] = import_module(own).check(recipe) if module_exists(own) else None
    return _checked[key]


def build(recipe: Recipe, seed: int) -> Task:
    """The task of one seed, as the recipe's family builds it, with the user's own metrics beside those it has."""
    task: Task = import_module(module(recipe.family)).build(recipe, seed)
    return metrics.extend(task, recipe.metrics) if recipe.metrics else task
