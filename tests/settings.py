"""The settings of a run as the command line would give them, for the tests."""

from __future__ import annotations

from hydra import compose, initialize_config_dir
from hydra.core.config_store import ConfigStore

from sweep.config import resolve as config
from sweep.config.schema import Schema


def resolved(*overrides: str) -> config.Config:
    """The settings that these overrides make of `conf`."""
    ConfigStore.instance().store(name="schema", node=Schema)
    with initialize_config_dir(config_dir=str(config.CONF), version_base="1.3"):
        return config.resolve(config.read(compose("config", list(overrides))))
