"""When a study stops a trial early, by name: Optuna's rules on the objective, and one of our own on the diagnosis.

`regime` stops a trial whose live diagnosis is already lost (diverged, collapsed, overfit beyond its best), and one
whose own trend, taken as hopefully as its noise allows, does not come to what another trial already has. A merely
jittery trial is neither.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sweep.errors import StudyError

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
    """Optuna's rule, and whether a lost or beaten trial is stopped whatever the rule says."""

    rule: BasePruner
    prunes_hopeless: bool = False
    uses_values: bool = True


def pruner(name: str, options: Mapping[str, Any], objectives: int = 1) -> Pruner:
    """The pruner of that name; `wrapped` names the rule inside `patient`, or beside `regime`."""
    import optuna

    if name not in NAMES:
        raise StudyError("pruner", f"{name!r} is not one of {', '.join(NAMES)}")
    rest = dict(options)
    if name == "regime":
        inner = rest.pop("wrapped", None) or "none"
        beside = pruner(inner, rest, objectives)
        return Pruner(beside.rule, prunes_hopeless=True, uses_values=beside.uses_values)
    if name != "none" and objectives > 1:
        raise StudyError("pruner", f"{name} compares one objective, and the study has {objectives}: use none or regime")
    if name == "patient":
        own: dict[str, Any] = {
            "patience": 3,
            **{key: rest.pop(key) for key in ("patience", "min_delta") if key in rest},
        }
        inner = rest.pop("wrapped", None)
        rest = {"wrapped_pruner": pruner(inner, rest).rule if inner else None, **own, **({} if inner else rest)}
    kind = getattr(optuna.pruners, OPTUNA[name])
    try:
        with warnings.catch_warnings():
            # Optuna calls some of its pruners experimental: the user has asked for them by name.
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            return Pruner(kind(**rest), uses_values=name != "none")
    except (TypeError, ValueError) as error:
        raise StudyError("pruner", f"{name} refuses its options {rest}: {error}") from None
