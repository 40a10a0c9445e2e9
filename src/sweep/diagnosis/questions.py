"""The four questions after training, each answered by a record whose ``text`` says it in words."""

from __future__ import annotations

from typing import Any

import numpy as np

from sweep.diagnosis.findings.rule import Measures
from sweep.diagnosis.forecast import expected_gain
from sweep.diagnosis.measures import Run
from sweep.diagnosis.types import Baseline


def final(run: Run, baseline: Baseline | None) -> dict[str, Any]:
    """Is the end acceptable, against the best point and against chance?"""
    series = run.series
    end, best = series.value(run.end), series.value(float(run.main[run.best_at]))
    best_step = float(series.steps[run.best_at])
    side = "validation" if series.val.size else "training"
    ends = f"ends at {end:.4g}" + (f" (median of the last {run.tail})" if run.tail > 1 else "")
    answer: dict[str, Any] = {"value": end, "best": best, "best_step": best_step}
    text = f"{side} {series.kind} {ends}; its best was {best:.4g} at step {best_step:g}"
    chance = _chance(run, baseline)
    if chance is not None:
        answer["baseline"] = chance
        answer["acceptable"] = end < 0.95 * chance if chance > 0 else end < chance
        text += f"; a constant predictor reaches {chance:.4g}"
    return {**answer, "text": text}


def _chance(run: Run, baseline: Baseline | None) -> float | None:
    if baseline is None:
        return None
    if run.series.kind == "loss":
        return baseline.loss
    return None if baseline.acc is None else 1 - baseline.acc


def efficiency(run: Run) -> dict[str, Any]:
    """When was a result within 1 % of the best first to be had?"""
    best = run.main[run.best_at]
    near = run.main <= best + 0.01 * max(run.start - best, 0.0)
    first = int(np.argmax(near))
    step = float(run.series.steps[first])
    saved = 1 - (first + 1) / run.points
    text = f"within 1 % of the best at step {step:g}: the other {100 * saved:.0f} % gained nothing"
    return {"step": step, "point": first, "saved": saved, "text": text}


def generalization(run: Run, m: Measures) -> dict[str, Any]:
    """How far is validation from training at the end?"""
    if not run.both:
        return {"gap": None, "text": "needs a training and a validation series"}
    gap = (run.end - run.train_end) * run.series.scale
    share = m["gap_of_level"]
    answer: dict[str, Any] = {"gap": gap, "gap_of_level": share}
    side = "above" if gap >= 0 else "below"
    text = f"validation {run.series.kind} ends {abs(gap):.4g} {side} training ({100 * abs(share):.0f} % of it)"
    train, val = run.curves["train_acc"].finite(), run.curves["val_acc"].finite()
    if len(train) and len(val):
        behind = float(train.values[-1]) - float(val.values[-1])
        answer["acc_gap"] = behind
        text += f"; accuracy is {abs(behind):.3g} {'lower' if behind >= 0 else 'higher'}"
    return {**answer, "text": text}


def trend(run: Run) -> dict[str, Any]:
    """Would more training help?

    ``gain`` is by how much lower validation will be after as much training again, in the unit of the log, and ``error``
    one standard deviation of that; both are ``None`` where it can't be told.
    """
    last = run.series.value(float(run.level[-1]))
    forecast = expected_gain(run.series, run.outlook[0])
    if forecast is None:
        return {"gain": None, "error": None, "last": last, "text": "too little was recorded to tell a trend"}
    gain, error = forecast
    if gain < -error:
        word = f"rising: as much training again would cost about {-gain:.3g} +- {error:.2g}"
    elif gain > error:
        word = f"falling: as much training again would gain about {gain:.3g} +- {error:.2g}"
    else:
        word = f"level: as much training again would change it by {-gain:+.2g} +- {error:.2g}"
    return {"gain": gain, "error": error, "last": last, "text": word}
