"""Modules of the user's own, named in a configuration by their import path."""

from __future__ import annotations

from importlib.util import find_spec


def module_exists(name: str) -> bool:
    """Whether there is a module of that name; it is not imported, only the packages around it are."""
    try:
        return find_spec(name) is not None
    except (ImportError, ValueError):
        return False
