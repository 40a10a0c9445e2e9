"""How a study chooses its next point, by name.

A *plan* (grid, qmc, random) is a pure function of a trial's index. The other samplers are Optuna's, built anew for
every trial with a seed out of (seed, index): what a trial is given depends on the trials told before it and on nothing
that dies with a process, so that a study interrupted and resumed makes the same suggestions.
"""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from sweep.errors import StudyError
from sweep.study.space import Choice, Dimension, Interval, Params, Range, Space, at, is_grid, point, size

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution
    from optuna.samplers import BaseSampler

PLANS = ("grid", "random", "qmc")
OPTUNA = {"tpe": "TPESampler", "cmaes": "CmaEsSampler", "gp": "GPSampler", "nsgaii": "NSGAIISampler"}
NAMES = (*PLANS, *OPTUNA)

Plan = Callable[[int], Params]


def choose(name: str | None, space: Space, trials: int | None) -> str:
    """The sampler meant: the grid where all is discrete and no number of trials is given, else TPE."""
    if name is not None and name not in NAMES:
        raise StudyError("sampler", f"{name!r} is not one of {', '.join(NAMES)}")
    return name or ("grid" if trials is None and is_grid(space) else "tpe")


def total(name: str, space: Space, trials: int | None) -> int:
    """How many trials the study has. Raises `StudyError` where that can't be said."""
    if trials is not None and trials < 1:
        raise StudyError("study.trials", f"{trials} is no number of trials: give 1 or more")
    if name == "grid":
        points = size(space)
        if trials is not None and trials > points:
            raise StudyError("study.trials", f"{trials} is more than the {points} points of the grid: leave it away")
        return trials or points
    if trials is None:
        raise StudyError("study.trials", f"sampler={name} has no end of its own: give study.trials=N")
    return trials


def check(name: str, space: Space, objectives: int) -> None:
    """Raise `StudyError` where the sampler can't do the space."""
    if name == "grid":
        size(space)
    if name == "cmaes":
        lists = [key for key, d in space.items() if isinstance(d, Choice)]
        if lists:
            raise StudyError(
                "sampler", f"cmaes works on numbers, and {lists[0]} is a list: use an interval or sampler=tpe"
            )
        if len(space) < 2:
            raise StudyError("sampler", "cmaes needs two parameters or more: use sampler=tpe")
        if objectives > 1:
            raise StudyError("sampler", "cmaes has one objective: use sampler=nsgaii for several")


def plan(name: str, space: Space, options: Mapping[str, Any], seed: int) -> Plan | None:
    """Index -> parameters, for the samplers that need no history; None for the others."""
    if name not in PLANS:
        return None
    known = {"grid": (), "random": (), "qmc": ("scramble", "kind")}[name]
    for key in options:
        if key not in known:
            raise StudyError(f"sampler.{key}", f"sampler {name} knows {', '.join(known) or 'no options'}")
    match name:
        case "grid":
            return lambda index: point(space, index)
        case "random":
            return lambda index: _spread(space, np.random.default_rng([seed, index]).random(len(space)))
        case _:
            points = _sequence(len(space), seed, options.get("kind", "sobol"), bool(options.get("scramble", True)))
            return lambda index: _spread(space, points(index))


def sampler(name: str, options: Mapping[str, Any], seed: int) -> Callable[[int], BaseSampler]:
    """Index -> Optuna's sampler for that trial."""
    import optuna

    class ByIndex(optuna.samplers.CmaEsSampler):  # type: ignore[misc]
        """Sees a trial under its index: Optuna's number, by which CMA-ES seeds itself, also counts reaped attempts."""

        def sample_relative(self, study: Any, trial: Any, search_space: Any) -> Any:
            mine = copy.copy(trial)
            mine.number = trial.user_attrs["index"]
            return super().sample_relative(study, mine, search_space)

    kind: Any = ByIndex if name == "cmaes" else getattr(optuna.samplers, OPTUNA[name])

    def build(index: int) -> BaseSampler:
        with warnings.catch_warnings():
            # Optuna calls some options experimental: the user has asked for them by name.
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            state = np.random.SeedSequence([seed, index]).generate_state(1)
            made: BaseSampler = kind(**options, seed=int(state[0]))
            return made

    try:
        build(0)
    except (TypeError, ValueError) as error:
        raise StudyError("sampler", f"{name} refuses its options {dict(options)}: {error}") from None
    return build


def distribution(dimension: Dimension) -> BaseDistribution:
    """The dimension as Optuna's distribution."""
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    match dimension:
        case Choice(values):
            return CategoricalDistribution(values)
        case Range(low, high, step) if dimension.whole:
            return IntDistribution(int(low), int(high) - (int(high) - int(low)) % int(step), step=int(step))
        case Range(low, high, step):
            return FloatDistribution(low, float(dimension.values[-1] or 0.0), step=step)
        case Interval(low, high, log, True):
            return IntDistribution(int(low), int(high), log=log)
        case Interval(low, high, log, _):
            return FloatDistribution(low, high, log=log)


def _spread(space: Space, units: Any) -> Params:
    return {name: at(dimension, float(u)) for (name, dimension), u in zip(space.items(), units, strict=True)}


def _sequence(dimensions: int, seed: int, kind: str, scramble: bool) -> Callable[[int], Any]:
    """Point `index` of a low-discrepancy sequence, drawn in blocks so that a long study stays linear."""
    from scipy.stats import qmc

    engines = {"sobol": qmc.Sobol, "halton": qmc.Halton}
    if kind not in engines:
        raise StudyError("sampler.kind", f"{kind!r} is not one of {', '.join(engines)}")

    @cache
    def block(exponent: int) -> Any:
        # 2^k points at a time: a prefix of the sequence, and the size for which Sobol is balanced.
        return engines[kind](max(dimensions, 1), scramble=scramble, seed=seed).random(2**exponent)

    def at_index(index: int) -> Any:
        return block(max(5, index.bit_length()))[index][:dimensions]

    return at_index
