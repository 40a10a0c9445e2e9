"""How a study chooses its next point, by name.

A *design* (grid, qmc, random) is a pure function of a trial's index. The other samplers are Optuna's, built anew for
every trial with a seed from (seed, index): a suggestion depends on the trials that ended before it and on nothing that
dies with a process, so that a study that is interrupted and resumed makes the same suggestions.
"""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from sweep.errors import ConfigError
from sweep.study.space import Choice, Dimension, Interval, Params, Range, Space, at, is_grid, point, size

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution
    from optuna.samplers import BaseSampler

DESIGNS = ("grid", "random", "qmc")
OPTUNA = {"tpe": "TPESampler", "cmaes": "CmaEsSampler", "gp": "GPSampler", "nsgaii": "NSGAIISampler"}
NAMES = (*DESIGNS, *OPTUNA)
DESIGN_OPTIONS: Mapping[str, tuple[str, ...]] = {"grid": (), "random": (), "qmc": ("scramble", "kind")}
SMALLEST_BLOCK = 5  # Sobol points come in blocks of at least 2^5

Design = Callable[[int], Params]


class Sampling(NamedTuple):
    """How trial i gets its parameters: by a design, or else by Optuna's sampler for that trial."""

    design: Design | None
    sampler: Callable[[int], BaseSampler] | None


def choose(name: str | None, space: Space, trials: int | None) -> str:
    """The sampler's name, by default the grid where all is discrete and no number of trials is given, else TPE."""
    if name is not None and name not in NAMES:
        raise ConfigError("sampler", f"is {name!r}, but must be one of {', '.join(NAMES)}")
    return name or ("grid" if trials is None and is_grid(space) else "tpe")


def total(name: str, space: Space, trials: int | None) -> int:
    """The number of trials of the study. Raises `ConfigError` where it is out of range or not given."""
    if trials is not None and trials < 1:
        raise ConfigError("study.trials", f"is {trials}, but must be at least 1")
    if name == "grid":
        points = size(space)
        if trials is not None and trials > points:
            raise ConfigError(
                "study.trials", f"is {trials}, but the grid has {points} points: omit it to run the whole grid"
            )
        return trials or points
    if trials is None:
        raise ConfigError(
            "study.trials", f"is needed for sampler={name}, which could go on forever: add study.trials=N"
        )
    return trials


def check(name: str, space: Space, objectives: int) -> None:
    """Raise `ConfigError` where the sampler can't search the space."""
    if name == "grid":
        size(space)
    if name == "cmaes":
        lists = [key for key, d in space.items() if isinstance(d, Choice)]
        if lists:
            raise ConfigError(
                "sampler",
                f"is cmaes, which searches numbers, but {lists[0]} is a list: use an interval, or sampler=tpe",
            )
        if len(space) < 2:
            raise ConfigError("sampler", "is cmaes, which needs at least two parameters: use sampler=tpe")
        if objectives > 1:
            raise ConfigError(
                "sampler", f"is cmaes, which has one objective, but the study has {objectives}: use nsgaii"
            )


def sampling(name: str, space: Space, options: Mapping[str, Any], seed: int) -> Sampling:
    """The way that the sampler of that name takes. Raises `ConfigError` for options that it refuses."""
    points = design(name, space, options, seed)
    if points is not None:
        return Sampling(points, None)
    return Sampling(None, sampler(name, options, seed))


def design(name: str, space: Space, options: Mapping[str, Any], seed: int) -> Design | None:
    """Index -> parameters, for the samplers that need no history; None for the others."""
    if name not in DESIGNS:
        return None
    known = DESIGN_OPTIONS[name]
    for key in options:
        if key not in known:
            has = f"has {', '.join(known)}" if known else "has none"
            raise ConfigError(f"sampler.options.{key}", f"is not an option of sampler={name}, which {has}")
    match name:
        case "grid":
            return lambda index: point(space, index)
        case "random":
            return lambda index: _spread(space, _uniform(seed, index, len(space)))
        case _:
            points = _sequence(len(space), seed, options.get("kind", "sobol"), bool(options.get("scramble", True)))
            return lambda index: _spread(space, points(index))


def sampler(name: str, options: Mapping[str, Any], seed: int) -> Callable[[int], BaseSampler]:
    """Index -> Optuna's sampler for that trial."""
    import numpy as np
    import optuna

    class ByIndex(optuna.samplers.CmaEsSampler):  # type: ignore[misc]
        """Takes a trial's index for its number, by which CMA-ES seeds itself: Optuna's also counts reaped attempts."""

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
        raise ConfigError("sampler.options", f"are {dict(options)}, which {name} refuses: {error}") from None
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


def _uniform(seed: int, index: int, count: int) -> Any:
    import numpy as np  # here: a refused study needs no numpy

    return np.random.default_rng([seed, index]).random(count)


def _spread(space: Space, units: Any) -> Params:
    return {name: at(dimension, float(u)) for (name, dimension), u in zip(space.items(), units, strict=True)}


def _sequence(dimensions: int, seed: int, kind: str, scramble: bool) -> Callable[[int], Any]:
    """Index -> point of a low-discrepancy sequence, drawn in blocks so that a long study takes linear time."""
    from scipy.stats import qmc

    engines = {"sobol": qmc.Sobol, "halton": qmc.Halton}
    if kind not in engines:
        raise ConfigError("sampler.options.kind", f"is {kind!r}, but must be one of {', '.join(engines)}")

    @cache
    def block(exponent: int) -> Any:
        # 2^k points at a time: a prefix of the sequence, and the size for which Sobol is balanced.
        return engines[kind](max(dimensions, 1), scramble=scramble, seed=seed).random(2**exponent)

    def at_index(index: int) -> Any:
        return block(max(SMALLEST_BLOCK, index.bit_length()))[index][:dimensions]

    return at_index
