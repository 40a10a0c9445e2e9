"""The configuration: every file says what it is for, every experiment composes, regimes hold to the three knobs."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from settings import resolved as resolve

from sweep.config.schema import CONF, KNOBS
from sweep.errors import ConfigError

FILES = sorted(CONF.rglob("*.yaml"))
REGIMES = [path.stem for path in sorted((CONF / "regime").glob("*.yaml"))]
RECIPES = ["digits", "pairs"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(CONF)))
def test_each_file_begins_with_its_purpose_and_its_command(path: Path):
    head = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    assert any("python -m sweep" in line or "mlflow ui" in line or "The default" in line for line in head), path
    assert path.read_text(encoding="utf-8").startswith("#")


@pytest.mark.parametrize("name", REGIMES)
def test_a_regime_is_three_factors_and_a_verdict(name: str):
    said = yaml.safe_load((CONF / "regime" / f"{name}.yaml").read_text(encoding="utf-8"))
    assert set(said) == {"regime"}
    assert set(said["regime"]) == {"name", "expect", *KNOBS}
    assert said["regime"]["name"] == name


def test_there_are_the_four_regimes():
    assert REGIMES == ["erratic", "healthy", "overfit", "underfit"]


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("regime", REGIMES)
def test_every_regime_of_every_recipe_resolves_to_reference_times_factor(recipe: str, regime: str):
    made = resolve(f"recipe={recipe}", f"+regime={regime}")
    factors = yaml.safe_load((CONF / "regime" / f"{regime}.yaml").read_text(encoding="utf-8"))["regime"]
    factors |= made.recipe.regimes.get(regime, {})  # a recipe may have factors of its own
    reference = made.recipe.reference
    assert made.train.learning_rate == pytest.approx(reference.learning_rate * factors["learning_rate"])
    assert made.train.batch_size == round(reference.batch_size * factors["batch_size"])
    assert made.train.epochs == round(reference.epochs * factors["epochs"])
    assert made.expected == regime


def test_what_the_user_typed_wins_over_the_regime():
    made = resolve("+regime=overfit", "train.epochs=3", "train.learning_rate=0.5")
    assert made.train.epochs == 3
    assert made.train.learning_rate == 0.5


def test_a_regime_changes_the_three_knobs_and_nothing_else():
    plain, erratic = resolve().flat(), resolve("+regime=erratic").flat()
    changed = {key for key in plain if plain[key] != erratic[key]}
    assert changed <= {"train.learning_rate", "train.batch_size", "train.epochs", "regime", "expected"}


def test_a_recipe_may_state_a_factor_of_its_own():
    made = resolve("+regime=overfit", "+recipe.regimes.overfit={epochs: 2}")
    assert made.train.epochs == 2 * made.recipe.reference.epochs


@pytest.mark.parametrize(
    ("override", "key"),
    [
        ("train.learning_rate=-1", "train.learning_rate"),
        ("train.learning_rate=nan", "train.learning_rate"),
        ("train.batch_size=0", "train.batch_size"),
        ("train.batch_size=401", "train.batch_size"),
        ("train.epochs=0", "train.epochs"),
        ("train.warmup=1", "train.warmup"),
        ("train.schedule=zigzag", "train.schedule"),
        ("train.max_grad_norm=0", "train.max_grad_norm"),
        ("train.early_stopping=0", "train.early_stopping"),
        ("recipe.model.width=wide", "recipe.model.width"),
        ("recipe.model.dropout=1", "recipe.model.dropout"),
        ("recipe.data.label_noise=2", "recipe.data.label_noise"),
        ("seed=-1", "seed"),
    ],
)
def test_a_value_out_of_its_range_is_refused_by_name(override: str, key: str):
    with pytest.raises(ConfigError) as refused:
        resolve(override)
    assert refused.value.key == key
    assert "\n" not in str(refused.value)


def test_the_batch_may_be_as_large_as_the_data():
    assert resolve("train.batch_size=400").train.batch_size == 400


def test_the_resolved_configuration_reads_back():
    made = resolve("+regime=erratic")
    said = yaml.safe_load(made.to_yaml())
    assert said["train"]["learning_rate"] == made.train.learning_rate
    assert said["expected"] == "erratic"
