"""From what was typed to the settings of a run and of its study: the one place that knows how a knob gets its value.

A knob (`train.learning_rate`, `train.batch_size`, `train.epochs`) is what the user typed, else the recipe's reference
times the regime's factor; remedies then act on that value, in order. Nothing past this module sees a `DictConfig`, and
nothing here imports anything heavy: a bad value is refused before torch is loaded.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from copy import copy
from dataclasses import asdict, replace
from typing import Any

import yaml
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import MissingMandatoryValue

from sweep import executors
from sweep.config import remedies
from sweep.config.keys import check_keys, unknown_key
from sweep.config.ranges import SHARE, Range, above, at_least, check, one_of, require
from sweep.config.remedies import RunSettings
from sweep.config.schema import CONF, KNOBS, Recipe, Regime, Schema, Train, TrainSettings
from sweep.config.settings import Config
from sweep.errors import ConfigError
from sweep.study.settings import StudySettings


def read(composed: DictConfig) -> Schema:
    """The composed configuration as typed records, each value in its range.

    Raises `ConfigError` where a value is missing, unknown or out of its range.
    """
    if "hydra" in composed:  # a sweeper is given Hydra's own part too, with values that only a job has
        composed = copy(composed)
        OmegaConf.set_struct(composed, False)
        del composed["hydra"]
    check_keys(composed)
    try:
        schema: Schema = OmegaConf.to_object(composed)  # type: ignore[assignment]
    except MissingMandatoryValue as error:
        key = str(getattr(error, "full_key", None) or "a value")
        raise ConfigError(key, "has no value: give one on the command line") from error
    check(schema)
    _check_recipe(schema.recipe)
    _check_names(schema)
    return schema


def with_examples(schema: Schema, examples: int | None) -> Schema:
    """The schema with the training examples counted in the data, where its recipe does not state a number."""
    sizes = schema.recipe.sizes
    if examples is None or sizes.train is not None:
        return schema
    return replace(schema, recipe=replace(schema.recipe, sizes=replace(sizes, train=examples)))


def resolve(schema: Schema) -> Config:
    """The settings of one run. Raises `ConfigError`, naming the key, where a value is out of its range."""
    config = Config(
        recipe=schema.recipe,
        train=_train(schema.train, schema.recipe, schema.regime, keep_best=schema.audit),
        engine=schema.engine,
        seed=schema.seed,
        record=schema.record,
        regime=schema.regime.name,
        expected=schema.regime.expect,
        audit=schema.audit,
    )
    _check_batch(config)
    return treated(config, {name: remedy.strength for name, remedy in schema.remedy.items()})


def treated(config: Config, strengths: Mapping[str, float]) -> Config:
    """The run with remedies on top of its settings as they stand, in order.

    A run that a remedy has changed is no longer expected to show its regime: nothing is expected of it.
    """
    recipe = config.recipe
    before = RunSettings(config.train, recipe.sizes, recipe.data, recipe.model)
    run, applied, skipped = remedies.apply(before, strengths)
    after = replace(
        config,
        train=run.train,
        recipe=replace(recipe, sizes=run.sizes, data=dict(run.data), model=dict(run.model)),
        expected=None if applied else config.expected,
        remedies=(*config.remedies, *applied),
        skipped=(*config.skipped, *skipped),
    )
    check(after)
    _check_recipe(after.recipe)
    _check_batch(after)
    return after


def study_settings(schema: Schema, default_name: str) -> StudySettings:
    """The settings of the study around the runs."""
    study, sampler, pruner = schema.study, schema.sampler, schema.pruner
    return StudySettings(
        name=study.name or default_name,
        trials=study.trials,
        storage=study.storage,
        objectives=tuple(study.objectives),
        sampler=sampler.name,
        sampler_options=sampler.options,
        pruner=str(pruner.name),
        pruner_options=pruner.options,
        seed=schema.seed,
        max_consecutive_failures=study.max_consecutive_failures,
    )


def _check_names(schema: Schema) -> None:
    """The names that a registry below this room knows; those of recipes and trackers are checked by theirs."""
    from sweep.study import pruners, samplers

    executors.check(schema.executor.name)
    require(one_of(["null", *samplers.NAMES]), "sampler.name", schema.sampler.name or "null")
    require(one_of(pruners.NAMES), "pruner.name", schema.pruner.name)


def _train(train: Train, recipe: Recipe, regime: Regime, keep_best: bool) -> TrainSettings:
    typed = asdict(train)
    knobs = {knob: _knob(knob, recipe, regime) for knob in KNOBS if typed[knob] is None}
    return TrainSettings(**{**typed, **knobs, "keep_best": train.keep_best or keep_best})


def _knob(knob: str, recipe: Recipe, regime: Regime) -> float | int:
    """The recipe's reference times the regime's factor, which the recipe may state itself."""
    own: Mapping[str, Any] = recipe.regimes.get(regime.name or "", {})
    factor = own.get(knob, getattr(regime, knob))
    require(above(0), f"recipe.regimes.{regime.name}.{knob}", factor)
    value: float = getattr(recipe.reference, knob) * factor
    if knob == "learning_rate":
        return value
    if knob == "epochs":
        value *= _stretch(recipe)
    return max(1, round(value))


def _stretch(recipe: Recipe) -> float:
    """By how much the reference's epochs are multiplied for the number of examples that there are.

    A checkpoint takes about a hundred steps to adapt to a task however few the examples: fewer of them get as many
    steps, by more epochs. Of more examples each further one teaches less: the steps grow with their square root.
    """
    stated, there = recipe.reference.examples, recipe.sizes.train
    if not (stated and there):
        return 1.0
    return stated / there if there < stated else math.sqrt(stated / there)


def _check_batch(config: Config) -> None:
    examples = config.recipe.sizes.train
    if examples is not None:
        wanted = f"at most {examples}, the training examples of recipe {config.recipe.name}"
        require(Range(wanted, lambda size: size <= examples), "train.batch_size", config.train.batch_size)


def _check_recipe(recipe: Recipe) -> None:
    """The keys of ``data`` and ``model`` are the recipe's own: its file states their types, a few names their range."""
    file = CONF / "recipe" / f"{recipe.name}.yaml"
    stated: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8")) if file.is_file() else {}
    for part, values in (("data", recipe.data), ("model", recipe.model)):
        for name, value in values.items():
            key = f"recipe.{part}.{name}"
            if stated and name not in stated.get(part, {}):
                raise unknown_key(key)
            if value is not None:
                _check_type(key, value, stated.get(part, {}).get(name))
                require(_range_of(part, name, value), key, value)


def _check_type(key: str, value: Any, example: Any) -> None:
    if example is None:
        return
    kinds = (int, float) if isinstance(example, float) else type(example)
    fits = isinstance(value, kinds) and isinstance(value, bool) == isinstance(example, bool)
    require(Range(f"of type {type(example).__name__}, like {example!r}", lambda _: fits), key, value)


def _range_of(part: str, name: str, value: Any) -> Range:
    if name in ("dropout", "label_noise"):
        return SHARE
    is_size = part == "model" and isinstance(value, int) and not isinstance(value, bool)
    return at_least(1) if is_size else Range("anything", lambda _: True)
