"""The search space: what each parameter of a study may be. Pure values, no Hydra, no Optuna."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sweep.errors import ConfigError

Scalar = str | int | float | bool | None
Params = dict[str, Any]


@dataclass(frozen=True)
class Choice:
    """One of some values, in the order given."""

    values: tuple[Scalar, ...]


@dataclass(frozen=True)
class Range:
    """Numbers from `low` up to `high`, both included, `step` apart."""

    low: float
    high: float
    step: float = 1

    @property
    def values(self) -> tuple[Scalar, ...]:
        """Every number of the range, integers where all three bounds are."""
        count = math.floor((self.high - self.low) / self.step + 1e-9) + 1
        numbers = (self.low + index * self.step for index in range(count))
        if self.whole:
            return tuple(numbers)
        return tuple(float(f"{number:.12g}") for number in numbers)  # 0.3, not 0.30000000000000004

    @property
    def whole(self) -> bool:
        """Whether all numbers are integers."""
        return all(isinstance(x, int) for x in (self.low, self.high, self.step))


@dataclass(frozen=True)
class Interval:
    """Any number from `low` to `high`, evenly in its logarithm where `log`, rounded to integers where `whole`."""

    low: float
    high: float
    log: bool = False
    whole: bool = False


Dimension = Choice | Range | Interval
Space = Mapping[str, Dimension]


def check(space: Space) -> None:
    """Raise `ConfigError` where a dimension holds no value."""
    for name, dimension in space.items():
        match dimension:
            case Choice(values) if not values:
                raise ConfigError(
                    name, "has no value to choose from: the list is empty, or the pattern matches nothing"
                )
            case Choice(values) if len({repr(v) for v in values}) < len(values):
                raise ConfigError(name, f"is {list(values)}, with a value twice: name each once")
            case Range(low, high, step) if step <= 0 or high < low:
                raise ConfigError(name, f"is an empty range, {low} to {high} by {step}: use start < stop and step > 0")
            case Interval(low, high) if not (math.isfinite(low) and math.isfinite(high) and low < high):
                raise ConfigError(name, f"is an empty interval, {low} to {high}: use start < end, both finite")
            case Interval(low, _, log=True) if low <= 0:
                raise ConfigError(name, f"is a log interval from {low}: start above 0")


def is_grid(space: Space) -> bool:
    """Whether every dimension is a list of values."""
    return not any(isinstance(d, Interval) for d in space.values())


def size(space: Space) -> int:
    """Points in the grid of a space without intervals; 1 for the empty space."""
    return math.prod(len(_values(name, d)) for name, d in space.items())


def point(space: Space, index: int) -> Params:
    """The grid's point of that index; the last dimension turns fastest."""
    params: Params = {}
    for name, dimension in reversed(list(space.items())):
        values = _values(name, dimension)
        index, position = divmod(index, len(values))
        params[name] = values[position]
    return {name: params[name] for name in space}


def corners(space: Space) -> Iterator[Params]:
    """Points that show each value of each list and both ends of each interval at least once."""
    first = {name: _ends(d)[0] for name, d in space.items()}
    yield first
    for name, dimension in space.items():
        for value in _ends(dimension)[1:]:
            yield {**first, name: value}


def at(dimension: Dimension, u: float) -> Scalar:
    """The value at the share `u` of the dimension's length, 0 <= u < 1."""
    match dimension:
        case Interval(low, high, log, whole):
            if not whole:
                return _clip(_between(low, high, u, log), low, high)
            # Integers own equal cells, so that the ends come as often as the middle.
            return int(_clip(round(_between(low - 0.5, high + 0.5, u, log)), low, high))
        case _:
            return dimension.values[int(u * len(dimension.values))]


def _between(low: float, high: float, u: float, log: bool) -> float:
    if log:
        return math.exp(math.log(low) + u * (math.log(high) - math.log(low)))
    return low + u * (high - low)


def _clip(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)


def describe(dimension: Dimension) -> str:
    """The dimension in the words of the command line."""
    match dimension:
        case Choice(values):
            return f"choice({', '.join(str(v) for v in values)})"
        case Range(low, high, step):
            return f"range({low}..{high} by {step})"
        case Interval(low, high, log, whole):
            tags = ", ".join(tag for tag, on in (("log", log), ("int", whole)) if on)
            return f"tag({tags}, interval({low}, {high}))" if tags else f"interval({low}, {high})"


def _values(name: str, dimension: Dimension) -> tuple[Scalar, ...]:
    if isinstance(dimension, Interval):
        raise ConfigError(
            name,
            f"is {describe(dimension)}, which can't be enumerated by a grid: list values, use range(...), "
            "or choose another sampler with study.trials=N",
        )
    return dimension.values


def _ends(dimension: Dimension) -> tuple[Scalar, ...]:
    return (dimension.low, dimension.high) if isinstance(dimension, Interval) else dimension.values
