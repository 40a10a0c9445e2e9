"""The four questions after training, each answered by a record whose ``text`` says it in words."""

from __future__ import annotations

from typing import Any

import numpy as np

from sweep.curves import Curves
from sweep.diagnosis.features import Features
from sweep.diagnosis.noise import smooth
from sweep.diagnosis.series import PreparedSeries
from sweep.diagnosis.types import Baseline


def final(view: PreparedSeries, f: Features, baseline: Baseline | None) -> dict[str, Any]:
    """Is the end acceptable, against the best point and against chance?"""
    end, best = view.value(f.end), view.value(float(view.main[f.best_at]))
    side = "validation" if view.val.size else "training"
    answer: dict[str, Any] = {"value": end, "best": best, "best_step": float(view.steps[f.best_at])}
    text = f"{side} {view.kind} ends at {end:.4g}; its best was {best:.4g} at step {view.steps[f.best_at]:g}"
    chance = _chance(view, baseline)
    if chance is not None:
        answer["baseline"] = chance
        answer["acceptable"] = end < 0.95 * chance if chance > 0 else end < chance
        text += f"; a constant predictor reaches {chance:.4g}"
    return {**answer, "text": text}


def _chance(view: PreparedSeries, baseline: Baseline | None) -> float | None:
    if baseline is None:
        return None
    if view.kind == "loss":
        return baseline.loss
    return None if baseline.acc is None else 1 - baseline.acc


def efficiency(view: PreparedSeries, f: Features) -> dict[str, Any]:
    """When was a result within 1 % of the best first to be had?"""
    level = view.main
    near = level <= level[f.best_at] + 0.01 * max(f.start - level[f.best_at], 0.0)
    first = int(np.argmax(near))
    share = 1 - (first + 1) / f.points
    text = f"within 1 % of the best at step {view.steps[first]:g}: the other {100 * share:.0f} % gained nothing"
    return {"step": float(view.steps[first]), "point": first, "saved": share, "text": text}


def generalization(view: PreparedSeries, f: Features, curves: Curves) -> dict[str, Any]:
    """How far is validation from training at the end?"""
    if not (view.val.size and view.train.size):
        return {"gap": None, "text": "needs a training and a validation series"}
    gap = (f.end - f.train_end) * view.scale
    answer: dict[str, Any] = {"gap": gap, "gap_of_level": f.gap_of_level}
    side, share = "above" if gap >= 0 else "below", 100 * abs(f.gap_of_level)
    text = f"validation {view.kind} ends {abs(gap):.4g} {side} training ({share:.0f} % of it)"
    train, val = curves["train_acc"].finite(), curves["val_acc"].finite()
    if len(train) and len(val):
        behind = answer["acc_gap"] = float(train.values[-1]) - float(val.values[-1])
        text += f"; accuracy is {abs(behind):.3g} {'lower' if behind >= 0 else 'higher'}"
    return {**answer, "text": text}


def trend(view: PreparedSeries, f: Features) -> dict[str, Any]:
    """Would more training help?"""
    level = smooth(view.main)
    gain = max(f.gain_of_level, 0.0) * abs(f.end) * view.scale
    error = gain / f.gain_z if f.gain_z > 0 else 0.0
    if f.rise > 0.02 and f.rise_z > 3:
        word = "rising: more training makes it worse"
    elif f.gain_z > 1 and f.gain_of_drop > 0.02:
        word = f"falling: as much training again would gain about {gain:.3g} +- {error:.2g}"
    else:
        word = "flat: more of the same training gains little"
    return {"gain": gain, "error": error, "last": view.value(float(level[-1])), "text": word}
