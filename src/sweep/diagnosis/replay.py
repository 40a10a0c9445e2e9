"""What a watched run would have been told, for a finished log."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sweep.curves import Curves
from sweep.diagnosis.monitor import Alert, Monitor
from sweep.diagnosis.types import Baseline


@dataclass(frozen=True)
class Replay:
    """0-based indices of validation points: where the monitor says stop, and the best one; and all it said."""

    stop_at: int | None
    best_at: int | None
    alerts: tuple[Alert, ...]


def replay(curves: Curves, baseline: Baseline | None = None) -> Replay:
    """Feed a finished run to a ``Monitor``, step by step, as if it were training now; what follows a stop is not seen.

    Indices count the points of ``val_loss``; both are ``None`` where there is none.
    """
    val = curves["val_loss"]
    finite = np.isfinite(val.values)
    best_at = int(np.argmin(np.where(finite, val.values, np.inf))) if finite.any() else None
    rows: dict[float, dict[str, float]] = {}
    for step, name, value in curves.points():
        rows.setdefault(step, {})[name] = value
    monitor = Monitor(baseline)
    for step in sorted(rows):
        monitor.take(step, rows[step])
        if monitor.should_stop:
            seen = int(np.searchsorted(val.steps, step, side="right"))
            return Replay(max(seen - 1, 0) if len(val) else None, best_at, tuple(monitor.alerts))
    return Replay(None, best_at, tuple(monitor.alerts))
