"""The registry of recipes, and what its light side may load."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from helpers.settings import resolved

from sweep import recipes
from sweep.errors import ConfigError

# Not pandas: where it is installed, pyarrow imports it by itself.
HEAVY = {"torch", "transformers", "datasets", "sklearn", "scipy", "tokenizers"}


def test_every_family_has_a_recipe_and_every_recipe_a_family() -> None:
    stated = {path.stem for path in (Path(__file__).parents[2] / "conf" / "recipe").glob("*.yaml")}
    assert {resolved(f"recipe={name}").recipe.family for name in stated} == set(recipes.FAMILIES)


def test_every_check_belongs_to_a_family_or_to_checkpoints() -> None:
    checks = {path.stem.removesuffix("_check") for path in Path(recipes.__file__).parent.glob("*_check.py")}
    assert checks <= {*recipes.FAMILIES, "pretrained"}


def test_a_check_loads_nothing_heavy(tmp_path: Path) -> None:
    (tmp_path / "train.csv").write_text("text,label\n" + "a,x\nb,y\n" * 20, encoding="utf-8")
    data = resolved("recipe=text", f"recipe.data.train={tmp_path}/train.csv", "recipe.data.text=text").recipe.data
    modules = ", ".join(f"sweep.recipes.{path.stem}" for path in Path(recipes.__file__).parent.glob("*_check.py"))
    program = (
        f"import sys, {modules}\n"
        "from sweep.recipes.data import labelled_text, splits\n"
        f"corpus = labelled_text.read({data!r})\n"
        "print(splits.train_size({name: len(split.labels) for name, split in corpus.splits.items()}, None))\n"
        "print(*{name.partition('.')[0] for name in sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    size, loaded = done.stdout.splitlines()
    assert size == "28"
    assert not HEAVY & set(loaded.split())


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
