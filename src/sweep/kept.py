"""What is judged where training stops early: the model that was kept, not the few evaluations that told it to stop."""

from __future__ import annotations

import numpy as np

from sweep.curves import Curves, Series


def held(curves: Curves, step: float) -> Curves:
    """The curves with every evaluation after the kept model's step replaced by that model's own.

    Early stopping goes on for `patience` evaluations without a better one, and then takes the best model back: from its
    step on, the model that one has is this one, and a rise in those evaluations is not its rise. Whatever happened up
    to that step stays as it was. Batches after it are left out. A loss that is no number is never put out of sight:
    such curves come back as they are.
    """
    evaluated = [name for name in curves if name.startswith(("train_", "val_"))]
    if any(not np.isfinite(series.values).all() for series in map(curves.__getitem__, curves)):
        return curves
    judged: dict[str, Series] = {}
    for name in curves:
        series = curves[name]
        past = series.steps > step
        at = np.flatnonzero(series.steps == step)
        if name in evaluated and at.size:
            judged[name] = Series(series.steps, np.where(past, series.values[at[0]], series.values))
        else:
            judged[name] = Series(series.steps[~past], series.values[~past])
    return Curves(judged)
