"""The settings of a run as the command line would give them, for the tests."""

from __future__ import annotations

from sweep.config import compose
from sweep.config.settings import Config


def resolved(*overrides: str) -> Config:
    """The settings that these overrides make of `conf`."""
    return compose.settings(overrides)
