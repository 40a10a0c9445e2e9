"""The schema of the configuration: what may be said, and of which type. Hydra refuses everything else by name.

These records describe what a user writes; `sweep.config` turns them into the settings of one run.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from omegaconf import MISSING

KNOBS = ("learning_rate", "batch_size", "epochs")


@dataclass
class Reference:
    """The settings under which a recipe's run comes out healthy.

    ``examples``: how many training examples ``epochs`` is for, where the data are the user's: fewer want more epochs.
    """

    learning_rate: float = MISSING
    batch_size: int = MISSING
    epochs: int = MISSING
    examples: int | None = None
    schedule: str = "constant"


@dataclass
class Sizes:
    """Examples in each split; ``null`` where only the data can tell.

    ``most``: how many training examples there could be, with validation and test as they are.
    """

    train: int | None = None
    validation: int | None = None
    test: int | None = None
    most: int | None = None


@dataclass
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


@dataclass
class Regime:
    """A deliberate setting of the three knobs, as factors of the reference, and the verdict that it expects."""

    name: str = MISSING
    expect: str | None = None
    learning_rate: float = 1.0
    batch_size: float = 1.0
    epochs: float = 1.0


@dataclass
class Remedy:
    """A remedy to give: the regimes it is for, and how strongly; 1 is its own default strength."""

    regimes: list[str] = field(default_factory=list)
    strength: float = 1.0


@dataclass
class Train:
    """How a run trains. A knob left ``null`` is the recipe's reference times the regime's factor."""

    learning_rate: float | None = None
    batch_size: int | None = None
    epochs: int | None = None
    schedule: str = MISSING
    warmup: float = MISSING
    weight_decay: float = MISSING
    max_grad_norm: float | None = None
    early_stopping: int | None = None
    keep_best: bool = MISSING
    evaluations: int = MISSING
    checkpoint_minutes: float | None = None


@dataclass
class Named:
    """A choice by name, with options of its own (a sampler, a pruner)."""

    name: str | None = None
    options: dict[str, Any] = field(default_factory=dict)


@dataclass
class Engine:
    """What trains, and on which device."""

    name: str = MISSING
    device: str = MISSING


@dataclass
class Executor:
    """Where trials run, and how many side by side."""

    name: str = MISSING
    workers: int | None = None
    gpus_per_trial: float = 0.0


@dataclass
class Study:
    """The study that a run belongs to. ``trials`` is the total to reach; ``null``: the full grid, or one run.

    ``report`` is what is made of it at the end: a module of `sweep.report`.
    """

    name: str | None = None
    trials: int | None = None
    report: str = "outcome"
    storage: str = MISSING
    objectives: list[str] = field(default_factory=list)
    max_consecutive_failures: int = MISSING


@dataclass
class Schema:
    """The whole configuration."""

    recipe: Recipe = field(default_factory=Recipe)
    regime: Regime | None = None
    remedy: dict[str, Remedy] = field(default_factory=dict)
    train: Train = field(default_factory=Train)
    engine: Engine = field(default_factory=Engine)
    executor: Executor = field(default_factory=Executor)
    sampler: Named = field(default_factory=Named)
    pruner: Named = field(default_factory=Named)
    study: Study = field(default_factory=Study)
    record: dict[str, Any] = field(default_factory=dict)
    treat: bool = False
    treat_steps: int = 3
    audit: bool = False
    seed: int = 0
    outputs: str = MISSING
