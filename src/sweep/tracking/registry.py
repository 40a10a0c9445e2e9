"""The trackers by name. A module here with `build(settings) -> Tracker` is one; others can be registered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sweep.plugins.registry import Registry
from sweep.tracking.base import Tracker

KEY = "record"
_REGISTRY: Registry[Tracker] = Registry(
    package="sweep.tracking",
    group="sweep.trackers",
    helpers=frozenset({"base", "registry", "trial_runs", "study_run"}),
)


def register(name: str, factory: Callable[[Mapping[str, Any]], Tracker]) -> None:
    """Add a tracker from outside; an installed package does so by an entry point of the group `sweep.trackers`.

    The factory takes the settings under `record.NAME`. Trials that run in processes of their own find entry points;
    what a program registers is known in its own process only.
    """
    _REGISTRY.register(name, factory)


def names() -> tuple[str, ...]:
    """The names of all trackers."""
    return _REGISTRY.names()


def check(trackers: Iterable[str]) -> None:
    """Raise `ConfigError` for an unknown name, without importing any tracker."""
    _REGISTRY.check(KEY, trackers)


def build_all(settings: Mapping[str, Any]) -> dict[str, Tracker]:
    """The trackers of these settings, which hold those of each tracker under its name."""
    return {name: _REGISTRY.factory(KEY, name)(own) for name, own in settings.items()}
