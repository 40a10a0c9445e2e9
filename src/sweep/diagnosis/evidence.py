"""Which cure works for which regime, the best first. Made by `scripts/evidence.py`."""

from __future__ import annotations

from typing import Final, NamedTuple


class Measured(NamedTuple):
    """Against the same runs without it: shares taken out of the regime and made healthy, times test loss and steps."""

    runs: int
    out: float
    healthy: float
    test_loss: float
    steps: float


CURES: Final[dict[str, dict[str, Measured | None]]] = {
    "overfit": {
        "more_data": Measured(1, 1.00, 1.00, 0.497, 0.89),
        "early_stopping": Measured(1, 1.00, 1.00, 0.559, 0.50),
        "dropout": Measured(1, 0.00, 0.00, 0.692, 1.00),
        "weight_decay": Measured(1, 0.00, 0.00, 0.775, 1.00),
        "smaller_model": Measured(1, 0.00, 0.00, 1.183, 1.00),
    },
    "underfit": {
        "raise_rate": Measured(1, 0.00, 0.00, 0.802, 1.00),
        "train_longer": Measured(1, 0.00, 0.00, 0.910, 3.00),
        "larger_model": Measured(1, 0.00, 0.00, 0.918, 1.00),
        "less_regularization": Measured(1, 0.00, 0.00, 0.994, 1.00),
    },
    "erratic": {
        "lower_rate": None,
        "larger_batch": None,
        "clip_gradients": None,
        "warm_up": None,
        "cleaner_data": None,
    },
}
