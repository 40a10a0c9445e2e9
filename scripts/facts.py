"""What textbooks say of each regime, as facts about raw curves. No code of the diagnosis is used here."""

from __future__ import annotations

import numpy as np

from sweep.curves import Curves


def facts(regime: str, curves: Curves, healthy: Curves) -> dict[str, bool]:
    """The facts of one regime, each true or not; `healthy` is the healthy run of the same recipe and seed."""
    train, val = curves["train_loss"].values, curves["val_loss"].values
    best, start, end = np.nanmin(val), val[0], float(np.median(val[-3:]))
    drop = start - best
    if regime == "healthy":
        return {
            "training loss fell by a quarter or more": bool(train[-1] < 0.75 * train[0]),
            "validation ended near its best": bool(end - best < 0.1 * drop),
            "it levelled off": bool(abs(val[-6:-3].mean() - val[-3:].mean()) < 0.1 * drop),
            "the losses ended close": bool(abs(end - float(np.median(train[-3:]))) < 0.3 * drop),
        }
    if regime == "overfit":
        lowest = int(np.nanargmin(val))
        return {
            "training loss fell on after validation's best": bool(train[-1] < 0.9 * train[lowest]),
            "validation ended well above its best": bool(end > 1.15 * best),
            "the gap grew by half or more": bool(end - train[-1] > 1.5 * abs(val[lowest] - train[lowest])),
        }
    if regime == "underfit":
        return {
            "validation ended near where it began": bool(end > 0.75 * start),
            "training ended near where it began": bool(train[-1] > 0.75 * train[0]),
            "it ended far above the healthy run": bool(end > 1.5 * float(np.median(healthy["val_loss"].values[-3:]))),
        }
    turns = int((np.diff(np.sign(np.diff(val))) != 0).sum())
    sound = healthy["val_loss"].values
    after = val[len(val) // 10 :]  # a language model falls a long way at first, before it has learnt anything of use
    travel = np.abs(np.diff(after)).sum() / max(abs(after[0] - after[-1]), after[0] - np.nanmin(after))
    return {
        "validation loss turned again and again": turns >= 6,
        "it went far more up and down than forward": bool(travel > 1.5),
        "it fell far short of the healthy run": bool(end > 1.2 * float(np.median(sound[-3:]))),
    }
