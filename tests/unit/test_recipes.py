"""The registry of recipes, and what is refused before one is built."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.settings import resolved

from sweep import recipes
from sweep.errors import ConfigError


def test_every_family_has_a_recipe_and_every_recipe_a_family() -> None:
    stated = {path.stem for path in (Path(__file__).parents[2] / "conf" / "recipe").glob("*.yaml")}
    assert {resolved(f"recipe={name}").recipe.family for name in stated} == set(recipes.FAMILIES)


def test_every_check_belongs_to_a_family_or_to_checkpoints() -> None:
    checks = {path.stem.removesuffix("_check") for path in Path(recipes.__file__).parent.glob("*_check.py")}
    assert checks <= {*recipes.FAMILIES, "pretrained"}


@pytest.mark.parametrize(("recipe", "override", "key"), [
    ("text", "recipe.data.train=nowhere.csv", r"recipe\.data\.text"),
    ("image", "recipe.data.train=nowhere", r"recipe\.data\.train"),
    ("language", "recipe.data.validation=nowhere.txt", r"recipe\.data\.validation"),
    ("translation", "recipe.model.architecture=rnn", r"recipe\.model\.architecture"),
    ("digits", "recipe.metrics=[nowhere.metric]", r"recipe\.metrics"),
])  # fmt: skip
def test_what_is_wrong_is_refused_by_its_key(recipe: str, override: str, key: str) -> None:
    with pytest.raises(ConfigError, match=f"^{key}"):
        recipes.check(resolved(f"recipe={recipe}", override).recipe)
