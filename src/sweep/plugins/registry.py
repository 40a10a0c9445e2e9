"""Named factories: the package's own, those registered by a program, and those that installed packages offer.

Names can be listed and checked without importing what they stand for, which may need heavy libraries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from importlib import import_module
from importlib.metadata import entry_points
from importlib.util import find_spec
from pkgutil import iter_modules
from typing import Any, Generic, TypeVar

from sweep.errors import ConfigError

Made = TypeVar("Made")
FACTORY = "build"


@dataclass
class Registry(Generic[Made]):
    """Factories that make one kind of part from a mapping of settings.

    Args:
        package: The package whose modules, each with a function `build`, are the parts that come along.
        group: The entry-point group in which installed packages offer more.
        helpers: Modules of the package that are no parts.
    """

    package: str
    group: str
    helpers: frozenset[str] = frozenset({"base"})
    registered: dict[str, Callable[..., Made]] = field(default_factory=dict)

    def register(self, name: str, factory: Callable[..., Made]) -> None:
        """Add a part under a new name. Raises `ValueError` where the name is taken."""
        if name in self.names():
            raise ValueError(f"{name!r} is already registered in {self.package}: choose another name")
        self.registered[name] = factory

    def names(self) -> tuple[str, ...]:
        """Every known name, sorted."""
        return tuple(sorted({*self._own(), *self.registered, *entry_points(group=self.group).names}))

    def check(self, key: str, names: Iterable[str]) -> None:
        """Raise `ConfigError` for the first unknown name; `key` is the configuration key that holds it."""
        for name in names:
            if name not in self._own() and name not in self.registered and name not in self.names():
                raise ConfigError(key, f"is {name!r}, but must be one of {', '.join(self.names())}")

    def factory(self, key: str, name: str) -> Callable[..., Made]:
        """The factory of that name, imported now. Raises `ConfigError` where there is none."""
        self.check(key, [name])
        if name in self.registered:
            return self.registered[name]
        if name in self._own():
            built_in: Callable[..., Made] = getattr(import_module(f"{self.package}.{name}"), FACTORY)
            return built_in
        [offered] = entry_points(group=self.group, name=name)
        loaded: Any = offered.load()
        return loaded  # type: ignore[no-any-return]

    def _own(self) -> set[str]:
        found = find_spec(self.package)
        places = found.submodule_search_locations if found else None
        return {module.name for module in iter_modules(places)} - self.helpers
