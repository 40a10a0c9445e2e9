"""Ranges of values: stated by the field that holds the value, checked by one function that walks a record."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any

from sweep.errors import ConfigError

MISSING: Any = "???"  # OmegaConf's mark of a mandatory value; importing it would cost every start a tenth of a second
_NAME = re.compile(r"(?=.*[^.])[\w.-]+")
_DEVICE = re.compile(r"auto|cpu|mps|cuda(:\d+)?")
_OBJECTIVE = re.compile(r"-?(train|val)_\w+")


@dataclass(frozen=True)
class Range:
    """What a value may be: `wanted` completes the sentence "must be ...", `holds` decides."""

    wanted: str
    holds: Callable[[Any], bool]


def above(bound: float) -> Range:
    """A finite number above `bound`."""
    return Range(f"a number above {bound:g}", lambda value: bound < value < math.inf)


def at_least(bound: float) -> Range:
    """A finite number of `bound` or more."""
    return Range(f"at least {bound:g}", lambda value: bound <= value < math.inf)


def one_of(names: Iterable[str]) -> Range:
    """A name out of a list."""
    known = tuple(names)
    return Range(f"one of {', '.join(known)}", lambda value: value in known)


SHARE = Range("a share, at least 0 and below 1", lambda value: 0 <= value < 1)
NAME = Range("made of letters, digits, '.', '_' and '-'", lambda value: bool(_NAME.fullmatch(value)))
DEVICE = Range("auto, cpu, mps, cuda or cuda:NUMBER", lambda value: bool(_DEVICE.fullmatch(value)))
OBJECTIVES = Range(
    "a list like [val_loss] or [val_loss,-val_acc]",
    lambda names: len(names) > 0 and all(_OBJECTIVE.fullmatch(name) for name in names),
)


def ranged(limits: Range, default: Any = MISSING) -> Any:
    """A dataclass field whose value is checked against `limits`, unless it is None."""
    return field(default=default, metadata={"range": limits})


def check(record: Any, prefix: str = "") -> None:
    """Check every field of a record and of the records in it, in order.

    Raises `ConfigError`, naming the dotted key, for the first value out of its range.
    """
    if isinstance(record, Mapping):
        for name, item in record.items():
            check(item, f"{prefix}{name}.")
    elif is_dataclass(record):
        for each in fields(record):
            key, value = f"{prefix}{each.name}", getattr(record, each.name)
            if value == MISSING:
                raise ConfigError(key, "has no value: give one on the command line")
            if "range" in each.metadata and value is not None:
                require(each.metadata["range"], key, value)
            check(value, f"{key}.")


def require(limits: Range, key: str, value: Any) -> None:
    """Raise `ConfigError` where a value is out of its range, or of a type that can't be in it."""
    try:
        fits = limits.holds(value)
    except TypeError:
        fits = False
    if not fits:
        raise ConfigError(key, f"is {value!r}, but must be {limits.wanted}")
