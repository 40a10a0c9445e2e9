"""Each trial's configuration, composed by Hydra once for each combination of groups.

Composing takes a tenth of a second, most of it parsing what is the same for all trials; setting plain values in a copy
of the composed configuration takes a hundredth.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

from omegaconf import DictConfig, OmegaConf

from sweep.config import schema
from sweep.config.resolve import read, resolve
from sweep.config.search_space import Search
from sweep.config.settings import Config
from sweep.study.space import Params


def composer(search: Search, master: DictConfig, loader: Any) -> Callable[[Params], DictConfig]:
    """Parameters -> the trial's configuration, the same as Hydra composes from `search.overrides(params)`.

    `master` and `loader` are what Hydra gives a sweeper. The result raises what Hydra and OmegaConf raise for a key
    that is not there or a value of the wrong type.
    """
    groups = frozenset(name for name in search.space if "@" in name or loader.get_group_options(name))
    composed: dict[tuple[Any, ...], DictConfig] = {}

    def compose(params: Params) -> DictConfig:
        chosen = {name: value for name, value in params.items() if name in groups}
        key = tuple(chosen.items())
        if key not in composed:
            composed[key] = loader.load_sweep_config(master, search.overrides(chosen))
        config = copy.deepcopy(composed[key])
        for name, value in params.items():
            if name not in groups:
                added = search.keys[name].startswith("+")
                OmegaConf.update(config, name, _meant(value), force_add=added)
        return config

    return compose


def settings(overrides: Sequence[str]) -> Config:
    """The settings that `python -m sweep OVERRIDES` would run with, the data not looked at."""
    from hydra import compose, initialize_config_dir

    schema.store()
    with initialize_config_dir(str(schema.CONF), version_base="1.3"):
        return resolve(read(compose("config", list(overrides))))


def _meant(value: Any) -> Any:
    """The value that the element of an override stands for."""
    if not isinstance(value, str):
        return value
    from hydra.core.override_parser.overrides_parser import OverridesParser

    return OverridesParser.create().parse_override(f"key={value}").value()
