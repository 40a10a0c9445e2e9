"""The schema of the configuration: the keys there are, their types and their ranges. Hydra refuses any other key.

The records of `Schema` hold what a user writes, where a knob may still be null. Resolving makes `TrainSettings` of
`Train`, in which every knob has its value; the other records are final as they are typed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sweep.config.ranges import DEVICE, MISSING, NAME, OBJECTIVES, SHARE, above, at_least, one_of, ranged
from sweep.regimes import VERDICTS

KNOBS = ("learning_rate", "batch_size", "epochs")
SCHEDULES = ("constant", "linear", "cosine")
_PACKAGED = Path(__file__).parents[1] / "conf"
CONF = _PACKAGED if _PACKAGED.is_dir() else Path(__file__).parents[3] / "conf"


def options(group: str) -> list[str]:
    """The names of the files of a group of `conf`."""
    return sorted(file.stem for file in (CONF / group).glob("*.yaml"))


@dataclass(frozen=True)
class Reference:
    """The settings under which a recipe's run comes out healthy.

    ``examples``: how many training examples ``epochs`` is for, where the data are the user's: fewer want more epochs.
    """

    learning_rate: float = ranged(above(0))
    batch_size: int = ranged(at_least(1))
    epochs: int = ranged(at_least(1))
    examples: int | None = ranged(at_least(1), None)
    schedule: str = ranged(one_of(SCHEDULES), "constant")


@dataclass(frozen=True)
class Sizes:
    """Examples in each split; ``null`` where only the data can tell.

    ``most``: how many training examples there could be, with validation and test as they are.
    """

    train: int | None = ranged(at_least(1), None)
    validation: int | None = ranged(at_least(1), None)
    test: int | None = ranged(at_least(1), None)
    most: int | None = ranged(at_least(1), None)


@dataclass(frozen=True)
class Recipe:
    """Data, model and task, with the healthy reference.

    ``family`` names the module in `sweep.recipes`; the keys of ``data`` and ``model`` are the recipe's own, and the
    recipe's file is their schema. ``regimes`` holds factors of its own, where the physics of a recipe demands them.
    """

    name: str = MISSING
    family: str = MISSING
    reference: Reference = field(default_factory=Reference)
    sizes: Sizes = field(default_factory=Sizes)
    data: dict[str, Any] = field(default_factory=dict)
    model: dict[str, Any] = field(default_factory=dict)
    metrics: list[str] = field(default_factory=list)
    regimes: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Regime:
    """A deliberate setting of the three knobs, as factors of the reference, and the verdict that it expects.

    Without a name the run belongs to no regime.
    """

    name: str | None = None
    expect: str | None = ranged(one_of(VERDICTS), None)
    learning_rate: float = ranged(above(0), 1.0)
    batch_size: float = ranged(above(0), 1.0)
    epochs: float = ranged(above(0), 1.0)


@dataclass
class Remedy:
    """A remedy to apply: the regimes it is for, and how strongly; 1 is its own default strength."""

    regimes: list[str] = field(default_factory=list)
    strength: float = ranged(above(0), 1.0)


@dataclass(frozen=True, kw_only=True)
class TrainOptions:
    """How a run trains, besides its knobs."""

    schedule: str = ranged(one_of(SCHEDULES))
    warmup: float = ranged(SHARE)
    weight_decay: float = ranged(at_least(0))
    max_grad_norm: float | None = ranged(above(0), None)
    early_stopping: int | None = ranged(at_least(1), None)
    keep_best: bool = MISSING
    evaluations: int = ranged(at_least(2))
    checkpoint_minutes: float | None = ranged(above(0), None)


@dataclass(frozen=True, kw_only=True)
class Train(TrainOptions):
    """How a run is to train. A knob left ``null`` is the recipe's reference times the regime's factor."""

    learning_rate: float | None = ranged(above(0), None)
    batch_size: int | None = ranged(at_least(1), None)
    epochs: int | None = ranged(at_least(1), None)


@dataclass(frozen=True, kw_only=True)
class TrainSettings(TrainOptions):
    """How a run trains: every knob has its value."""

    learning_rate: float = ranged(above(0))
    batch_size: int = ranged(at_least(1))
    epochs: int = ranged(at_least(1))


@dataclass(frozen=True)
class Named:
    """A choice by name, with options of its own (a sampler, a pruner)."""

    name: str | None = None
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Engine:
    """What trains, and on which device."""

    name: str = ranged(one_of(options("engine")))
    device: str = ranged(DEVICE)


@dataclass(frozen=True)
class Executor:
    """Where trials run, and how many side by side."""

    name: str = MISSING
    workers: int | None = ranged(at_least(1), None)
    gpus_per_trial: float = ranged(at_least(0), 0.0)


@dataclass(frozen=True)
class Study:
    """The study that a run belongs to. ``trials`` is the total to reach; ``null``: the full grid, or one run.

    ``report`` is what is made of it at the end.
    """

    name: str | None = ranged(NAME, None)
    trials: int | None = ranged(at_least(1), None)
    report: str = "outcome"
    storage: str = MISSING
    objectives: list[str] = ranged(OBJECTIVES)
    max_consecutive_failures: int = ranged(at_least(0))


@dataclass(frozen=True)
class Schema:
    """The whole configuration."""

    recipe: Recipe = field(default_factory=Recipe)
    regime: Regime = field(default_factory=Regime)
    remedy: dict[str, Remedy] = field(default_factory=dict)
    train: Train = field(default_factory=Train)
    engine: Engine = field(default_factory=Engine)
    executor: Executor = field(default_factory=Executor)
    sampler: Named = field(default_factory=Named)
    pruner: Named = field(default_factory=Named)
    study: Study = field(default_factory=Study)
    record: dict[str, Any] = field(default_factory=dict)
    treat: bool = False
    treat_steps: int = ranged(at_least(1), 3)
    audit: bool = False
    seed: int = ranged(at_least(0), 0)
    outputs: str = MISSING


def store() -> None:
    """Make the schema known to Hydra, under the name by which `conf/config.yaml` begins."""
    from hydra.core.config_store import ConfigStore
    from omegaconf import OmegaConf

    ConfigStore.instance().store(name="schema", node=_writable(OmegaConf.structured(Schema)))


def _writable(node: Any) -> Any:
    """The `DictConfig` node, open to overrides: OmegaConf makes read-only nodes of frozen records."""
    from omegaconf import DictConfig, OmegaConf

    OmegaConf.set_readonly(node, None)
    for key in node:
        if not OmegaConf.is_missing(node, key) and isinstance(node[key], DictConfig):
            _writable(node[key])
    return node
