"""Hydra's override grammar as a search space: choice, range, comma lists, glob, interval, and the tags log and int."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sweep.errors import ConfigError
from sweep.study.space import Choice, Dimension, Interval, Params, Range, Scalar, Space, check

TAGS = frozenset({"log", "int"})
_WORD = re.compile(r"[A-Za-z_][\w/.-]*")
_NOT_WORDS = frozenset({"null", "true", "false", "nan", "inf"})


@dataclass(frozen=True)
class Search:
    """What the overrides of a sweep say: the space, and what is the same for all trials.

    `keys` gives each parameter's key as it was typed, a `+` before it included.
    """

    space: Space
    keys: Mapping[str, str]
    fixed: tuple[str, ...]

    def overrides(self, params: Params) -> list[str]:
        """The overrides that compose the trial with these parameters."""
        return [*self.fixed, *(f"{self.keys[name]}={value}" for name, value in params.items())]


def read(overrides: Sequence[str], loader: Any) -> Search:
    """Sort overrides, the later of two for one key winning, into what is searched and what is fixed.

    `loader` is Hydra's ConfigLoader: it knows the options that a glob stands for. Raises `ConfigError` where nothing is
    searched or a sweep says what no sampler understands, Hydra's own `OverrideParseException` for a slip of syntax.
    """
    from hydra.core.override_parser.overrides_parser import OverridesParser

    parsed = OverridesParser.create(config_loader=loader).parse_overrides(list(overrides))
    last = {_name(override): override for override in parsed}
    space = {name: _dimension(name, override) for name, override in last.items() if override.is_sweep_override()}
    if not space:
        raise ConfigError("-m", "has nothing to sweep over: give seed=0,1 or a range, an interval or +sweep=NAME")
    check(space)
    keys = {name: last[name].get_key_element() for name in space}
    return Search(space, keys, tuple(o.input_line for name, o in last.items() if name not in space))


def _name(override: Any) -> str:
    return f"{override.key_or_group}@{override.package}" if override.package else str(override.key_or_group)


def _dimension(name: str, override: Any) -> Dimension:
    sweep = override.value()
    tags: set[str] = getattr(sweep, "tags", set())
    if tags - TAGS:
        raise ConfigError(name, f"has the unknown tag {min(tags - TAGS)!r}: use {' or '.join(sorted(TAGS))}")
    if override.is_interval_sweep():
        whole = "int" in tags or isinstance(sweep.start, int)
        low, high = (round(sweep.start), round(sweep.end)) if whole else (sweep.start, sweep.end)
        return Interval(low, high, log="log" in tags, whole=whole)
    if tags:
        raise ConfigError(name, "has a tag, which only an interval takes: tag(log, interval(1e-4, 1e-1))")
    if getattr(sweep, "shuffle", False):
        raise ConfigError(name, "is shuffled, and a resumed study would shuffle anew: use sampler=random")
    values = tuple(override.sweep_iterator(transformer=_encoded))
    if override.is_range_sweep() and values and sweep.step > 0:
        return Range(values[0], values[-1], sweep.step)
    return Choice(values)


def _encoded(value: Any) -> Scalar:
    """An element so that `key=element` means the same again, as a plain value that a sampler can hold."""
    from hydra.core.override_parser.types import Quote, QuotedString, Transformer

    if isinstance(value, str) and (not _WORD.fullmatch(value) or value.lower() in _NOT_WORDS):
        value = QuotedString(value, Quote.single)
    encoded: Scalar = Transformer.encode(value)
    return encoded
