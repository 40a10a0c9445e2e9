"""Which cure works for which regime, the best first. Made by `scripts/remedy_evidence.py`."""

from __future__ import annotations

from typing import Final, NamedTuple


class Measured(NamedTuple):
    """Against the same runs without it: shares taken out of the regime and made healthy, times test loss and steps."""

    runs: int
    out: float
    healthy: float
    test_loss: float
    steps: float


REMEDY_EVIDENCE: Final[dict[str, dict[str, Measured | None]]] = {
    "overfit": {
        "more_data": Measured(3, 1.00, 1.00, 0.639, 1.07),
        "weight_decay": Measured(3, 1.00, 1.00, 0.695, 1.00),
        "early_stopping": Measured(3, 1.00, 1.00, 0.731, 0.43),
        "dropout": Measured(3, 0.67, 0.67, 0.620, 1.00),
        "smaller_model": Measured(3, 0.00, 0.00, 0.939, 1.00),
    },
    "underfit": {
        "raise_rate": Measured(3, 1.00, 1.00, 0.480, 1.00),
        "larger_model": Measured(3, 0.00, 0.00, 0.720, 1.00),
        "train_longer": Measured(3, 0.00, 0.00, 0.824, 3.00),
        "less_regularization": Measured(3, 0.00, 0.00, 0.959, 1.00),
    },
    "erratic": {
        "lower_rate": Measured(3, 1.00, 1.00, 0.239, 1.00),
        "larger_batch": Measured(3, 0.67, 0.67, 0.533, 0.25),
        "warm_up": Measured(3, 0.00, 0.00, 0.962, 1.00),
        "cleaner_data": Measured(3, 0.00, 0.00, 0.976, 1.00),
        "clip_gradients": Measured(3, 0.33, 0.00, 1.027, 1.00),
    },
}
