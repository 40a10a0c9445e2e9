"""The best model of a run: its weights at the lowest validation loss so far, and the patience of early stopping."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import torch

from sweep.config.schema import TrainSettings


@dataclass
class BestModel:
    """The lowest validation loss so far, and a copy of the weights that reached it, on the CPU.

    Args:
        patience: evaluations without a lower loss after which training stops; None: it never does.
    """

    patience: int | None
    loss: float = math.inf
    step: int = 0
    evaluations_since: int = 0
    weights: dict[str, torch.Tensor] = field(default_factory=dict)

    @classmethod
    def wanted_by(cls, train: TrainSettings) -> BestModel | None:
        """A fresh one, where the settings ask for the best model or for early stopping."""
        return cls(train.early_stopping) if train.keep_best or train.early_stopping else None

    def update(self, step: int, loss: float, model: torch.nn.Module) -> bool:
        """Take one evaluation into account; True where patience has run out."""
        if loss < self.loss:
            self.loss = loss
            self.step = step
            self.evaluations_since = 0
            self.weights = {name: value.detach().to("cpu", copy=True) for name, value in model.state_dict().items()}
        elif step > 0:
            self.evaluations_since += 1
        return self.patience is not None and self.evaluations_since >= self.patience

    def restore(self, model: torch.nn.Module) -> None:
        """Load the best weights into the model, where there are any: no loss may have been finite."""
        if self.weights:
            model.load_state_dict(self.weights)

    def state_dict(self) -> dict[str, Any]:
        """Everything that `load_state_dict` needs, for a checkpoint."""
        return dict(vars(self))

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from a checkpoint."""
        vars(self).update(state)
