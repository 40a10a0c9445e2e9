"""Signs of a collapse: a run that once moved visibly, up or down, and ends flat where it began."""

from __future__ import annotations

import math

import numpy as np

from sweep.curves import Floats
from sweep.diagnosis.measures.run import Run, ratio
from sweep.diagnosis.noise import median, noise

__all__ = ["excursion", "excursion_z", "nonfinite_share", "recovered_share", "tail_flatness"]


def excursion(run: Run) -> float:
    """The largest stretch above the level that the run came back to, or below its start, as a share of the start.

    Batches, averaged by five, count too.
    """
    return ratio(_reach(run), abs(run.start))


def excursion_z(run: Run) -> float:
    """The excursion against the noise of the last quarter."""
    reach = _reach(run)
    return ratio(reach, max(noise(_quarter(run.main)), 1e-3 * reach))


def recovered_share(run: Run) -> float:
    """Share of the excursion that is gone at the end, in training too; 0 where there was none."""
    reach = _reach(run)
    if not reach > 0:
        return 0.0
    back = 1 - ratio(max(run.start - _end(run), 0.0), reach)
    if run.train.size:
        learnt = max(float(run.train[0]) - median(_quarter(run.train)), 0.0)
        back = min(back, 1 - ratio(learnt, min(reach, abs(float(run.train[0])))))
    return max(back, 0.0)


def tail_flatness(run: Run) -> float:
    """The excursion over the movement in the last quarter."""
    reach = _reach(run)
    return ratio(reach, max(float(np.ptp(_quarter(run.main))), 1e-3 * reach))


def nonfinite_share(run: Run) -> float:
    """Share of the recorded losses that are NaN or infinite."""
    losses = [run.curves[name].values for name in ("val_loss", "train_loss", "batch_loss")]
    recorded = sum(values.size for values in losses)
    finite = sum(int(np.isfinite(values).sum()) for values in losses)
    return 1 - finite / recorded if recorded else math.nan


def _quarter(values: Floats) -> Floats:
    return values[-max(3, values.size // 4) :]


def _end(run: Run) -> float:
    return median(_quarter(run.main))


def _reach(run: Run) -> float:
    came_back_to = max(run.start, _end(run))
    parts = [part for part in (run.main, run.train, _fives(run.series.batch)) if part.size]
    up = max(_height(part, came_back_to) for part in parts)
    down = run.start - float(run.main.min())
    return max(up, down)


def _height(values: Floats, level: float) -> float:
    """How far a series once stood above a level; 0 where its own late noise may have done that."""
    height = float(values.max()) - level
    late = values[-max(5, values.size // 4) :]
    return height if height > 4 * noise(late) else 0.0


def _fives(values: Floats) -> Floats:
    """Means over each five values in a row; the values themselves where there are fewer."""
    if values.size < 5:
        return values
    means: Floats = values[: values.size // 5 * 5].reshape(-1, 5).mean(axis=1)
    return means
