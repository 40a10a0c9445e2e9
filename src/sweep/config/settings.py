"""The resolved settings of one run: frozen, with a value for every knob."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, is_dataclass
from typing import Any

import yaml

from sweep.config.remedies import AppliedRemedy, SkippedRemedy
from sweep.config.schema import KNOBS, Engine, Recipe, TrainSettings


@dataclass(frozen=True)
class Config:
    """Everything that one run needs to know; every value is in its range."""

    recipe: Recipe
    train: TrainSettings
    engine: Engine
    seed: int
    record: Mapping[str, Any]
    regime: str | None = None
    expected: str | None = None
    remedies: tuple[AppliedRemedy, ...] = ()
    skipped: tuple[SkippedRemedy, ...] = ()
    audit: bool = False

    @property
    def knobs(self) -> dict[str, float]:
        """The three knobs by name."""
        return {knob: getattr(self.train, knob) for knob in KNOBS}

    def flat(self) -> dict[str, Any]:
        """Dotted keys to plain values, as parameters of a tracker are."""
        return flatten(asdict(self))

    def to_yaml(self) -> str:
        """The resolved configuration as a file that reads like the ones it came from."""
        text: str = yaml.safe_dump(plain(self), sort_keys=False)
        return text


def flatten(tree: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Dotted keys and their values, in order."""
    rows: dict[str, Any] = {}
    for key, value in tree.items():
        if not isinstance(value, Mapping):
            rows[f"{prefix}{key}"] = value
        elif value:
            rows |= flatten(value, f"{prefix}{key}.")
    return rows


def plain(value: Any) -> Any:
    """Records, mappings and tuples as dicts and lists."""
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list | tuple) else value
