"""The catalogue of remedies, and how they are applied."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from types import MappingProxyType
from typing import Any, TypeVar

from sweep.config.ranges import above, one_of, require
from sweep.config.schema import Sizes, TrainSettings
from sweep.regimes import NAMES

GROUP = "sweep.remedies"
STRENGTH = above(0)


@dataclass(frozen=True)
class RunSettings:
    """All that a remedy may read of a run, and change.

    The recipe's reference, the regime's name and the expected verdict are not among it: a remedy must not restore what
    is known to be good.
    """

    train: TrainSettings
    sizes: Sizes = field(default_factory=Sizes)
    data: Mapping[str, Any] = field(default_factory=dict)
    model: Mapping[str, Any] = field(default_factory=dict)


Changed = tuple[RunSettings, str]
Change = Callable[[RunSettings, float], Changed]
Function = TypeVar("Function", bound=Change)


@dataclass(frozen=True)
class Remedy:
    """A change of a run's settings that treats a regime.

    Args:
        name: Its name in configurations and advice; `conf/remedy/NAME.yaml` has the same.
        regimes: The regimes that it treats.
        text: The advice in a sentence, an imperative.
        function: Takes the settings and a strength above 0, where 1 is the default; returns the settings after it,
            and what it changed in words. Raises `NotApplicable` where it can't change this run.
    """

    name: str
    regimes: tuple[str, ...]
    text: str
    function: Change


@dataclass(frozen=True)
class AppliedRemedy:
    """A remedy that was applied, how strongly, and what it changed in words."""

    remedy: str
    strength: float
    change: str


@dataclass(frozen=True)
class SkippedRemedy:
    """A remedy that could not be applied to this run, and why."""

    remedy: str
    why: str


class NotApplicable(Exception):  # noqa: N818 - an answer, not an error
    """Why a remedy can't change a run."""


_registered: dict[str, Remedy] = {}
REMEDIES: Mapping[str, Remedy] = MappingProxyType(_registered)
"""Every registered remedy by name."""


def register(remedy: Remedy) -> None:
    """Add a remedy. Raises `ValueError` where its name is taken or a regime of its is unknown."""
    if remedy.name in _registered:
        raise ValueError(f"the remedy {remedy.name!r} is already registered: choose another name")
    for regime in remedy.regimes:
        require(one_of(NAMES), f"the regime of the remedy {remedy.name!r}", regime)
    _registered[remedy.name] = remedy


def remedy(regimes: tuple[str, ...], text: str) -> Callable[[Function], Function]:
    """Register a function as the remedy of its own name."""

    def add(function: Function) -> Function:
        register(Remedy(function.__name__, regimes, text, function))
        return function

    return add


def find(name: str) -> Remedy:
    """The remedy of that name, one that an installed package offers among them.

    Raises `ConfigError` where there is none.
    """
    if name not in _registered:
        offered = entry_points(group=GROUP)
        require(one_of(sorted({*_registered, *offered.names})), "remedy", name)
        register(offered[name].load())
    return _registered[name]


def apply(
    run: RunSettings, strengths: Mapping[str, float]
) -> tuple[RunSettings, tuple[AppliedRemedy, ...], tuple[SkippedRemedy, ...]]:
    """The settings after the remedies, in order; what they changed, and which could not be applied.

    Raises `ConfigError` for an unknown name or a strength that is not above 0.
    """
    applied: list[AppliedRemedy] = []
    skipped: list[SkippedRemedy] = []
    for name, strength in strengths.items():
        require(STRENGTH, f"remedy.{name}.strength", strength)
        try:
            run, change = find(name).function(run, strength)
            applied.append(AppliedRemedy(name, strength, change))
        except NotApplicable as reason:
            skipped.append(SkippedRemedy(name, str(reason)))
    return run, tuple(applied), tuple(skipped)
