"""The model worth keeping: weights of the best validation loss so far, and the patience of early stopping."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import torch


@dataclass
class Best:
    """The lowest validation loss so far, and a copy of the weights that reached it."""

    patience: int | None
    loss: float = math.inf
    step: int = 0
    waited: int = 0
    weights: dict[str, torch.Tensor] = field(default_factory=dict)

    def see(self, step: int, loss: float, model: torch.nn.Module) -> bool:
        """Take note of one evaluation; True when patience has run out."""
        if loss < self.loss:
            self.loss, self.step, self.waited = loss, step, 0
            self.weights = {name: value.detach().to("cpu", copy=True) for name, value in model.state_dict().items()}
        elif step > 0:
            self.waited += 1
        return self.patience is not None and self.waited >= self.patience

    def restore(self, model: torch.nn.Module) -> None:
        """Put the best weights back, where there are any."""
        if self.weights:
            model.load_state_dict(self.weights)
