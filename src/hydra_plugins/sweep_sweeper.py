"""The door from Hydra to the study: `-m` and named sweeps come in here. Hydra finds it in this namespace package."""

# No postponed annotations: Hydra executes this file outside `sys.modules`, where dataclasses can't look them up.
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from hydra.core.config_store import ConfigStore
from hydra.plugins.sweeper import Sweeper
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig


@dataclass
class SweeperConf:
    """`params`: overrides of a named sweep, in the grammar of the command line, which wins over them."""

    _target_: str = "hydra_plugins.sweep_sweeper.StudySweeper"
    params: dict[str, Any] = field(default_factory=dict)


ConfigStore.instance().store(group="hydra/sweeper", name="sweep", node=SweeperConf, provider="sweep")


class StudySweeper(Sweeper):
    """Turns the overrides into a search space and hands it on."""

    def __init__(self, params: dict[str, Any]) -> None:
        self.params = params

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        """Called by Hydra before `sweep`."""
        self.loader, self.master = hydra_context.config_loader, config

    def sweep(self, arguments: Sequence[str]) -> None:
        """Run the study. Raises `SystemExit` with its status: Hydra drops what a sweeper returns."""
        from sweep.config import compose, resolve, search_space

        overrides = [*(f"{key}={value}" for key, value in self.params.items()), *arguments]
        search = search_space.read(overrides, self.loader)
        schema = resolve.read(self.master)

        from sweep.cli import run

        raise SystemExit(run.sweep(schema, search, compose.composer(search, self.master, self.loader)))
