"""The settings of one run, resolved and checked: the one place that knows how a knob gets its value.

A knob (`train.learning_rate`, `train.batch_size`, `train.epochs`) is what the user typed, else the recipe's reference
times the regime's factor; remedies then act on that value, in order. Nothing past this module sees a `DictConfig`, and
nothing here imports anything heavy: a bad value is refused before torch is loaded.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from copy import copy
from dataclasses import asdict, dataclass, is_dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import MissingMandatoryValue

from sweep.config import remedies
from sweep.config.remedies import Given, Patient, Skipped
from sweep.config.schema import KNOBS, Engine, Executor, Named, Recipe, Regime, Schema, Study, Train
from sweep.errors import ConfigError
from sweep.regimes import VERDICTS

REPORTS = ("outcome", "cures", "audit")
SCHEDULES = ("constant", "linear", "cosine")
_PACKAGED = Path(__file__).parents[1] / "conf"
CONF = _PACKAGED if _PACKAGED.is_dir() else Path(__file__).parents[3] / "conf"


class Knobs(NamedTuple):
    """What a regime is made of."""

    learning_rate: float
    batch_size: int
    epochs: int


@dataclass(frozen=True)
class Config:
    """Everything that one run needs to know; every knob has its value, every value is in its range."""

    recipe: Recipe
    train: Train
    engine: Engine
    seed: int
    record: Mapping[str, Any]
    regime: str | None = None
    expected: str | None = None
    remedies: tuple[Given, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    audit: bool = False

    @property
    def knobs(self) -> Knobs:
        """The three knobs, each with its value."""
        rate, batch, epochs = self.train.learning_rate, self.train.batch_size, self.train.epochs
        assert rate is not None
        assert batch is not None
        assert epochs is not None
        return Knobs(rate, batch, epochs)

    def flat(self) -> dict[str, Any]:
        """Dotted keys to plain values, as parameters of a tracker are."""
        return dict(flatten(asdict(self)))

    def to_yaml(self) -> str:
        """The resolved configuration as a file that reads like the ones it came from."""
        text: str = yaml.safe_dump(plain(self), sort_keys=False)
        return text


@dataclass(frozen=True)
class Setup:
    """What a study needs to know besides the runs in it."""

    study: Study
    executor: Executor
    sampler: Named
    pruner: Named
    outputs: Path
    record: Mapping[str, Any]
    seed: int


def read(composed: DictConfig) -> Schema:
    """The composed configuration as typed records. Raises `ConfigError` where a value is missing."""
    if "hydra" in composed:  # a sweeper is given Hydra's own part too, with values that only a job has
        composed = copy(composed)
        OmegaConf.set_struct(composed, False)
        del composed["hydra"]
    try:
        schema = OmegaConf.to_object(composed)
    except MissingMandatoryValue as error:
        key = str(getattr(error, "full_key", None) or "a value")
        raise ConfigError(key, "has no value; give one on the command line") from error
    assert isinstance(schema, Schema)
    return schema


def resolve(schema: Schema) -> Config:
    """The settings of one run. Raises `ConfigError`, naming the key, where a value is out of its range."""
    recipe, regime = schema.recipe, schema.regime
    _same_types(recipe)
    train = replace(schema.train, keep_best=schema.train.keep_best or schema.audit)
    for knob in KNOBS:
        if getattr(train, knob) is None:
            setattr(train, knob, _knob(knob, recipe, regime))
    config = Config(
        recipe=recipe,
        train=train,
        engine=schema.engine,
        seed=schema.seed,
        record=schema.record,
        regime=regime.name if regime else None,
        expected=regime.expect if regime else None,
        audit=schema.audit,
    )
    config = treated(config, {name: remedy.strength for name, remedy in schema.remedy.items()})
    check(config)
    return config


def treated(config: Config, strengths: Mapping[str, float]) -> Config:
    """The run with remedies on top of its settings as they stand, in order.

    A run that a remedy has changed is no longer expected to show its regime: nothing is expected of it.
    """
    recipe = config.recipe
    for name, strength in strengths.items():
        _require(name in remedies.REMEDIES, "remedy", name, f"one of {', '.join(sorted(remedies.REMEDIES))}")
        _require(0 < strength < math.inf, f"remedy.{name}.strength", strength, "a number above 0")
    patient = Patient(config.train, recipe.sizes, recipe.data, recipe.model)
    patient, given, skipped = remedies.apply(patient, strengths)
    return replace(
        config,
        train=patient.train,
        recipe=replace(recipe, sizes=patient.sizes, data=dict(patient.data), model=dict(patient.model)),
        expected=None if given else config.expected,
        remedies=(*config.remedies, *given),
        skipped=(*config.skipped, *skipped),
    )


def setup(schema: Schema) -> Setup:
    """The settings of the study around the runs."""
    study = schema.study
    _require(study.trials is None or study.trials > 0, "study.trials", study.trials, "a number above 0, or null")
    _require(study.report in REPORTS, "study.report", study.report, f"one of {', '.join(REPORTS)}")
    _require(len(study.objectives) > 0, "study.objectives", study.objectives, "one name or more, like [val_loss]")
    most = study.max_consecutive_failures
    _require(most >= 0, "study.max_consecutive_failures", most, "at least 1, or 0 never to stop")
    _require(schema.treat_steps >= 1, "treat_steps", schema.treat_steps, "at least 1")
    _require(study.name is None or _is_name(study.name), "study.name", study.name, "letters, digits, '.', '_' and '-'")
    return Setup(
        study, schema.executor, schema.sampler, schema.pruner, Path(schema.outputs), schema.record, schema.seed
    )


def check(config: Config) -> None:
    """Raises `ConfigError` for the first value that is out of its range."""
    train, recipe = config.train, config.recipe
    rate, batch, epochs = train.learning_rate, train.batch_size, train.epochs
    positive = "a number above 0"
    _require(rate is not None and 0 < rate < math.inf, "train.learning_rate", rate, positive)
    _require(batch is not None and batch >= 1, "train.batch_size", batch, "at least 1")
    for part in ("train", "validation", "test"):
        examples = getattr(recipe.sizes, part)
        _require(examples is None or examples >= 1, f"recipe.sizes.{part}", examples, "at least 1")
    size = recipe.sizes.train
    fits = size is None or (batch is not None and batch <= size)
    _require(fits, "train.batch_size", batch, f"at most {size}, the training examples of recipe {recipe.name}")
    _require(epochs is not None and epochs >= 1, "train.epochs", epochs, "at least 1")
    _require(train.schedule in SCHEDULES, "train.schedule", train.schedule, f"one of {', '.join(SCHEDULES)}")
    _require(0 <= train.warmup < 1, "train.warmup", train.warmup, "a share of the steps, at least 0 and below 1")
    _require(0 <= train.weight_decay < math.inf, "train.weight_decay", train.weight_decay, "at least 0")
    clip = train.max_grad_norm
    _require(clip is None or 0 < clip < math.inf, "train.max_grad_norm", clip, f"{positive}, or null for no clipping")
    patience = train.early_stopping
    _require(patience is None or patience >= 1, "train.early_stopping", patience, "at least 1, or null")
    _require(train.evaluations >= 2, "train.evaluations", train.evaluations, "at least 2")
    _require(config.expected in (None, *VERDICTS), "regime.expect", config.expected, f"one of {', '.join(VERDICTS)}")
    _require(config.seed >= 0, "seed", config.seed, "at least 0")
    for name, value in config.recipe.model.items():
        if value is None:
            continue
        if name == "dropout":
            _require(0 <= value < 1, "recipe.model.dropout", value, "at least 0 and below 1")
        elif isinstance(value, int) and not isinstance(value, bool):
            _require(value >= 1, f"recipe.model.{name}", value, "at least 1")
    noise = config.recipe.data.get("label_noise", 0.0)
    _require(0 <= noise < 1, "recipe.data.label_noise", noise, "a share, at least 0 and below 1")


def _knob(knob: str, recipe: Recipe, regime: Regime | None) -> float | int:
    factor = 1.0
    if regime is not None:
        factor = recipe.regimes.get(regime.name, {}).get(knob, getattr(regime, knob))
    _require(isinstance(factor, int | float) and factor > 0, f"regime.{knob}", factor, "a factor above 0")
    value: float = getattr(recipe.reference, knob) * factor
    if knob == "epochs":
        value *= _stretch(recipe)
    return value if knob == "learning_rate" else max(1, round(value))


def _stretch(recipe: Recipe) -> float:
    """How many times the reference's epochs this many examples want.

    A checkpoint takes about a hundred steps to turn to a task however few examples show it: fewer examples get as many
    steps, by more epochs. Of more examples each new one teaches less: the steps grow with their square root.
    """
    stated, there = recipe.reference.examples, recipe.sizes.train
    if not (stated and there):
        return 1.0
    return stated / there if there < stated else math.sqrt(stated / there)


def _same_types(recipe: Recipe) -> None:
    """The keys of ``data`` and ``model`` are the recipe's own: its file is their schema."""
    file = CONF / "recipe" / f"{recipe.name}.yaml"
    if not file.is_file():
        return
    stated = yaml.safe_load(file.read_text(encoding="utf-8"))
    for part in ("data", "model"):
        for name, value in getattr(recipe, part).items():
            example = stated.get(part, {}).get(name)
            if example is None or value is None:
                continue
            kinds = (int, float) if isinstance(example, float) else type(example)
            fits = isinstance(value, kinds) and isinstance(value, bool) == isinstance(example, bool)
            _require(fits, f"recipe.{part}.{name}", value, f"of type {type(example).__name__}, like {example!r}")


def _require(holds: bool, key: str, value: Any, wanted: str) -> None:
    if not holds:
        raise ConfigError(key, f"is {value!r}, but must be {wanted}")


def _is_name(text: str) -> bool:
    return text.strip(".") != "" and all(letter.isalnum() or letter in "._-" for letter in text)


def flatten(tree: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    """Dotted keys and their values, in order."""
    rows: list[tuple[str, Any]] = []
    for key, value in tree.items():
        if isinstance(value, Mapping) and value:
            rows += flatten(value, f"{prefix}{key}.")
        elif not isinstance(value, Mapping):
            rows.append((f"{prefix}{key}", value))
    return rows


def plain(value: Any) -> Any:
    """Records, mappings and tuples as dicts and lists."""
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list | tuple) else value
