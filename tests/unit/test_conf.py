"""The configuration: every file says what it is for, every experiment composes, regimes hold to the three knobs."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields, is_dataclass
from pathlib import Path

import pytest
import yaml
from helpers.settings import resolved as resolve
from hydra import compose, initialize_config_dir

from sweep.config.resolve import read, study_settings, with_examples
from sweep.config.resolve import resolve as settle
from sweep.config.schema import CONF, KNOBS, Schema, store
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


def typed(*overrides: str) -> Schema:
    """The configuration as it was typed, not resolved yet."""
    store()
    with initialize_config_dir(str(CONF), version_base="1.3"):
        return read(compose("config", list(overrides)))


def test_examples_counted_in_the_data_stand_in_for_a_number_that_is_not_stated():
    schema = typed("recipe=text")
    counted = with_examples(schema, 100)
    assert schema.recipe.sizes.train is None
    assert counted.recipe.sizes.train == 100
    assert settle(counted).train.epochs == 4 * settle(schema).train.epochs  # a quarter of the examples it is for
    assert with_examples(schema, None) is schema
    assert with_examples(typed("recipe=digits"), 100).recipe.sizes.train == 400


def test_everything_past_resolving_is_frozen():
    def walk(record, key):
        with pytest.raises(FrozenInstanceError):
            setattr(record, fields(record)[0].name, None)
        for each in fields(record):
            if is_dataclass(value := getattr(record, each.name)):
                walk(value, f"{key}.{each.name}")

    walk(resolve("+regime=overfit", "+remedy=dropout"), "config")


def test_the_settings_of_a_study_are_passed_through_as_they_were_typed():
    schema = typed("study.trials=7", "sampler=tpe", "pruner=median", "seed=3", "study.objectives=[val_loss,-val_acc]")
    settings = study_settings(schema, "named-by-default")
    assert (settings.name, settings.trials, settings.seed) == ("named-by-default", 7, 3)
    assert (settings.sampler, settings.pruner, settings.pruner_options) == ("tpe", "median", schema.pruner.options)
    assert settings.objectives == ("val_loss", "-val_acc")
