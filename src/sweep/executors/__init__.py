"""Executors: where trials run. A module here with `build(options) -> Executor` is one; others can be registered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sweep.executors.base import Executor
from sweep.plugins.registry import Registry

_REGISTRY: Registry[Executor] = Registry("sweep.executors", "sweep.executors")


def register(name: str, factory: Callable[[Mapping[str, Any]], Executor]) -> None:
    """Add an executor from outside, for `executor.name=NAME`; an entry point of the group does the same."""
    _REGISTRY.register(name, factory)


def names() -> tuple[str, ...]:
    """The names that `build` knows."""
    return _REGISTRY.names()


def check(name: str) -> None:
    """Raise `ConfigError` for an unknown name, without importing any executor."""
    _REGISTRY.check("executor.name", [name])


def build(name: str, options: Mapping[str, Any]) -> Executor:
    """The executor of that name. Raises `ConfigError` for an unknown name or options out of range."""
    return _REGISTRY.factory("executor.name", name)(options)
