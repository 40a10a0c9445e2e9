"""The values of objectives, which are all minimised: a leading `-` turns the sign of a metric."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from sweep.curves import Curves
from sweep.errors import ConfigError


def metric(objective: str) -> str:
    """The metric's name."""
    return objective.removeprefix("-")


def sign(objective: str) -> float:
    """What the metric is multiplied by."""
    return -1.0 if objective.startswith("-") else 1.0


def value(objective: str, values: Mapping[str, float]) -> float:
    """The objective among the values of one evaluation."""
    return sign(objective) * values[metric(objective)]


def best(objective: str, curves: Curves) -> float:
    """The lowest finite value of the objective over the run; NaN where there is none."""
    values = sign(objective) * curves[metric(objective)].finite().values
    return float(values.min()) if len(values) else math.nan


def check(objectives: Iterable[str], values: Mapping[str, float]) -> None:
    """Raise `ConfigError` for an objective that an evaluation does not give."""
    for objective in objectives:
        if metric(objective) not in values:
            known = ", ".join(sorted(values))
            raise ConfigError("study.objectives", f"names {objective!r}, but an evaluation gives {known}")
