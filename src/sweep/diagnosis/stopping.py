"""When is a running overfit beyond its best? Evidence from what was seen so far, strict enough to act on.

A verdict on a finished run may weigh; a stop cannot be taken back. So a stop asks for more than the verdict does: the
rise must be large and far beyond the noise, have lasted, not be on its way down again, and go with training that fell
on meanwhile. A run that never learnt anything before the rise is left alone: it may start late.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sweep.curves import Floats
from sweep.diagnosis.constants import STOP
from sweep.diagnosis.noise import noise


@dataclass(frozen=True)
class Rise:
    """Evidence at the last point of a prefix; every number is free of the unit of the losses."""

    share: float  # geometric mean of the rise's share of the bottom and of the drop before it
    z: float  # the rise in standard deviations of its own noise
    since: int  # points since the bottom
    patience: int  # points that it has to last
    kept: float  # share of the highest rise so far that is still there
    fell: float  # share of its value at the bottom by which training fell since
    gap: float  # share of validation that lies above training
    learnt: float  # share of the start that validation, or else training, had lost

    @property
    def lost(self) -> bool:
        """The rise lasts, and training goes its own way: a little where validation had learnt before, else far.

        Where training has all but memorised its set, a longer and larger rise makes up for noise.
        """
        lasts = self.since >= self.patience and self.kept > STOP["kept"]
        large = self.share > STOP["share"] and self.z > STOP["z"]
        parts = self.fell > (STOP["fell"] if self.learnt > STOP["learnt"] else STOP["fell_unlearnt"])
        memorised = self.fell > STOP["memorised_fell"] and self.gap > STOP["memorised_gap"]
        stays = self.since >= 2 * self.patience and self.kept > STOP["memorised_kept"]
        larger = self.share > STOP["memorised_share"] and self.z > STOP["memorised_z"]
        return (lasts and large and parts and self.gap > STOP["gap"]) or (memorised and stays and larger)


def rising(val: Floats, train: Floats) -> Rise:
    """Evidence from all points so far, both of shape ``(points,)``; ``train`` may be empty, then it is not asked."""
    points = val.size
    patience = int(np.clip(points // 3, 4, STOP["patience"]))
    width = int(np.clip(points // 8, 1, STOP["width"]))
    level = trailing(val, width)
    at = int(np.argmin(level))
    bottom, now = float(level[at]), float(level[-1])
    rise, start = now - bottom, float(max(val[0], train[0]) if train.size else val[0])
    sigma = max(noise(val[points // 2 :]), noise(val)) * np.sqrt(2 / width)
    tiny = 1e-12 * float(np.abs(val).max()) + 1e-300
    drop = max(start - bottom, tiny)
    highest = float(level[at:].max()) - bottom
    fell, gap, learnt = 1.0, 1.0, (start - bottom) / max(abs(start), tiny)
    if train.size:
        learning = trailing(train, width)
        then, end = float(learning[at]), float(learning[-1])
        fell = (then - end) / max(abs(then), tiny)
        gap = (now - end) / max(abs(now), tiny)
    return Rise(
        share=float(np.sqrt(max(rise, 0.0) / max(bottom, tiny) * min(max(rise, 0.0) / drop, 1.0))),
        z=rise / (sigma + tiny),
        since=points - 1 - at,
        patience=patience,
        kept=rise / highest if highest > 0 else 0.0,
        fell=fell,
        gap=gap,
        learnt=learnt,
    )


def trailing(values: Floats, width: int) -> Floats:
    """Mean over the last ``width`` points up to each; over those that there are, at the beginning."""
    sums = np.concatenate([[0.0], np.cumsum(values)])
    past = np.arange(1, values.size + 1)
    first = np.maximum(past - width, 0)
    means: Floats = (sums[past] - sums[first]) / (past - first)
    return means
