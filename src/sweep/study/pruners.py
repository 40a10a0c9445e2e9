"""When a study prunes a trial, by name: Optuna's rules on the objective, and one of our own on the diagnosis.

`regime` prunes a trial whose live diagnosis is hopeless (diverged, collapsed, overfit well beyond its best), and one
whose trend, extrapolated as optimistically as its noise allows, does not reach the best trial so far. A trial that
only oscillates is neither.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sweep.errors import ConfigError

if TYPE_CHECKING:
    from optuna.pruners import BasePruner

OPTUNA = {
    "none": "NopPruner",
    "median": "MedianPruner",
    "percentile": "PercentilePruner",
    "hyperband": "HyperbandPruner",
    "successive_halving": "SuccessiveHalvingPruner",
    "patient": "PatientPruner",
    "threshold": "ThresholdPruner",
    "wilcoxon": "WilcoxonPruner",
}
NAMES = (*OPTUNA, "regime")


@dataclass(frozen=True)
class Pruner:
    """A pruning rule.

    Args:
        rule: Optuna's rule on the values reported.
        prunes_hopeless: Whether hopeless and beaten trials are pruned, whatever the rule says.
        uses_values: Whether the rule looks at the values at all.
    """

    rule: BasePruner
    prunes_hopeless: bool = False
    uses_values: bool = True


def pruner(name: str, options: Mapping[str, Any], objectives: int = 1) -> Pruner:
    """The pruner of that name; the option `wrapped` names the rule inside `patient`, or beside `regime`.

    Raises:
        ConfigError: An unknown name, options that the rule refuses, or a rule on one objective for a study of several.
    """
    if name not in NAMES:
        raise ConfigError("pruner", f"is {name!r}, but must be one of {', '.join(NAMES)}")
    if name not in ("none", "regime") and objectives > 1:
        message = f"is {name}, which compares one objective, but the study has {objectives}: use none or regime"
        raise ConfigError("pruner", message)
    rest = dict(options)
    if name == "regime":
        beside = pruner(rest.pop("wrapped", None) or "none", rest, objectives)
        return Pruner(beside.rule, prunes_hopeless=True, uses_values=beside.uses_values)
    if name == "patient":
        rest = _patient_options(rest)
    return Pruner(_rule(name, rest), uses_values=name != "none")


def _patient_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """Options of Optuna's `PatientPruner`: its own, and all others for the rule that it wraps."""
    rest = dict(options)
    inner = rest.pop("wrapped", None)
    own = {"patience": 3} | {key: rest.pop(key) for key in ("patience", "min_delta") if key in rest}
    if inner is None:
        return {"wrapped_pruner": None, **own, **rest}
    return {"wrapped_pruner": pruner(inner, rest).rule, **own}


def _rule(name: str, options: Mapping[str, Any]) -> BasePruner:
    import optuna

    make = getattr(optuna.pruners, OPTUNA[name])
    try:
        with warnings.catch_warnings():
            # Optuna calls some of its pruners experimental: the user has asked for them by name.
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            made: BasePruner = make(**options)
            return made
    except (TypeError, ValueError) as error:
        raise ConfigError("pruner.options", f"are {dict(options)}, which {name} refuses: {error}") from None
