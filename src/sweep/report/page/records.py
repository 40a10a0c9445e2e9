"""A run as the page's script reads it: one flat record, of numbers and words that JSON can hold."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from sweep.curves import Curves, Series
from sweep.regimes import NAMES
from sweep.report.page.command import remedy_words, run_command
from sweep.report.page.content import PageRun

KNOBS = ("learning_rate", "batch_size", "epochs")
SCORES = ("acc", "f1", "bleu", "perplexity")
"""Metrics in the order in which one of them stands beside the loss."""
SHRINKING = ("loss", "perplexity", "wer", "cer", "error", "mse", "mae", "rmse")
"""Metrics that are better the lower they are."""
QUESTIONS = ("final", "generalization", "efficiency", "trend")
KNOB_REMEDIES = ("lower_rate", "raise_rate", "larger_batch", "train_longer")
TEXTS = ("why", "findings", "advice", "answers", "notes", "error", "test")
"""What only the script reads."""
LONGEST = 300
"""Characters of a name that the page shows; a longer one says how long it was."""

Record = dict[str, Any]


def of_run(run: PageRun, command: str) -> Record:
    """The record of a run. ``command`` is the study's, from which the run's own is made."""
    facts, told = run.facts, run.diagnosis
    metric = task_metric(run.curves)
    rerun = run_command(facts, command)
    return {
        "label": short(run.label),
        "study": short(run.study),
        "verdict": facts.get("diagnosed") or told.get("regime") or "",
        "expected": facts.get("expected") or "",
        "state": facts.get("state") or "COMPLETE",
        "sure": _number(facts.get("confidence", told.get("confidence"))),
        **{key: _plain(facts.get(key)) for key in ("recipe", "regime", "seed", *KNOBS, "steps", "seconds")},
        "remedies": [short(str(name)) for name in facts.get("remedies") or ()],
        "params": _params(facts),
        "values": [_number(value) for value in facts.get("values") or ()],
        "test": {name: _number(facts[name]) for name in sorted(facts) if name.startswith("test_")},
        "loss": best_point(run.curves["val_loss"], falling=True),
        "metric": {"name": metric, **best} if metric and (best := best_score(run.curves, metric)) else None,
        "epoch_steps": _steps_per_epoch(run.curves, facts),
        "lost": _first_lost(run.curves),
        "p": probabilities(facts, told),
        "why": [_reason(reason) for reason in told.get("why") or ()],
        "findings": [_finding(finding) for finding in told.get("findings") or ()],
        "advice": _advice(told),
        "answers": _answers(told),
        "command": rerun,
        "notes": [str(note) for note in facts.get("notes") or ()],
        "alerts": list(run.alerts),
        "error": short(str(facts.get("error") or ""), 1000),
        "problem": short(run.problem, 1000),
    }


def probabilities(facts: Mapping[str, Any], told: Mapping[str, Any]) -> dict[str, float]:
    """The probability of each regime; empty for a run without a verdict.

    Where the diagnosis states none, its confidence is the verdict's and the others share the rest alike.
    """
    given = told.get("probabilities")
    if given:
        return {name: round(float(given.get(name) or 0.0), 4) for name in NAMES}
    verdict = facts.get("diagnosed") or told.get("regime")
    if not verdict:
        return {}
    if verdict not in NAMES:
        return {name: round(1 / len(NAMES), 4) for name in NAMES}
    sure = _number(facts.get("confidence", told.get("confidence")))
    sure = 1.0 if sure is None else sure
    rest = (1 - sure) / (len(NAMES) - 1)
    return {name: round(sure if name == verdict else rest, 4) for name in NAMES}


def task_metric(curves: Curves) -> str:
    """The metric beside the loss, without its split: the first known one, else the first validated one, else ``""``."""
    for name in SCORES:
        if f"val_{name}" in curves or f"train_{name}" in curves:
            return name
    own = (name.removeprefix("val_") for name in curves if name.startswith("val_") and name != "val_loss")
    return next(own, "")


def rank_of_metric(metric: str) -> tuple[int, str]:
    """Where a metric stands among others: the known ones first, then by name."""
    return (SCORES.index(metric) if metric in SCORES else len(SCORES), metric)


def is_better_lower(metric: str) -> bool:
    """Whether a lower value of a metric is the better one."""
    return any(metric == name or metric.endswith(f"_{name}") for name in SHRINKING)


def best_point(series: Series, falling: bool) -> dict[str, float] | None:
    """The best, its step and the last finite value of a series; ``None`` where there is no finite value."""
    known = series.finite()
    if not len(known):
        return None
    at = int(known.values.argmin() if falling else known.values.argmax())
    return {
        "best": significant(known.values[at]),
        "step": float(known.steps[at]),
        "last": significant(known.values[-1]),
    }


def best_score(curves: Curves, metric: str) -> dict[str, float] | None:
    """The best validated value of a metric."""
    return best_point(curves[f"val_{metric}"], is_better_lower(metric))


def short(text: str, most: int = LONGEST) -> str:
    """A name that fits on a page; one that is cut says how long it was."""
    return text if len(text) <= most else f"{text[:most]}… ({len(text):,} characters)"


def significant(value: float) -> float:
    """Five significant digits: more than a screen shows, and half the bytes."""
    return float(f"{value:.5g}")


def _reason(reason: Mapping[str, Any]) -> Record:
    return {"text": str(reason.get("text") or reason.get("term") or ""), "log_odds": _number(reason.get("log_odds"))}


def _finding(finding: Mapping[str, Any]) -> Record:
    return {"step": _number(finding.get("step")), "text": str(finding.get("text") or finding.get("name") or "")}


def _advice(told: Mapping[str, Any]) -> list[Record]:
    """What to try; remedies of the three knobs first, otherwise in the diagnosis' order."""
    advice: Sequence[Mapping[str, Any]] = told.get("advice") or ()
    ordered = sorted(advice, key=lambda one: one["remedy"] not in KNOB_REMEDIES)
    return [{"remedy": one["remedy"], "text": one["text"], "give": remedy_words(one)} for one in ordered]


def _answers(told: Mapping[str, Any]) -> list[str]:
    return [str(told[question]["text"]) for question in QUESTIONS if (told.get(question) or {}).get("text")]


def _params(facts: Mapping[str, Any]) -> dict[str, Any]:
    """What the trial was given besides the knobs and the regime, which stand in columns of their own."""
    given = {name.lstrip("+~"): value for name, value in (facts.get("params") or {}).items()}
    stated = {"regime", "remedy", *(f"{group}.{knob}" for group in ("regime", "train") for knob in KNOBS)}
    return {short(name, 80): _plain(value) for name, value in given.items() if name not in stated}


def _steps_per_epoch(curves: Curves, facts: Mapping[str, Any]) -> float | None:
    epoch = curves["epoch"].finite()
    if len(epoch) and epoch.values[-1] > 0:
        return significant(epoch.steps[-1] / epoch.values[-1])
    steps, epochs = facts.get("steps"), facts.get("epochs")
    return significant(steps / epochs) if steps and epochs else None


def _first_lost(curves: Curves) -> float | None:
    """The first step with a loss that is NaN or infinite."""
    lost = [
        float(series.steps[~np.isfinite(series.values)][0])
        for series in (curves["batch_loss"], curves["train_loss"], curves["val_loss"])
        if not np.isfinite(series.values).all()
    ]
    return min(lost, default=None)


def _number(value: Any) -> float | None:
    if isinstance(value, int | float) and math.isfinite(value):
        return significant(value)
    return None


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return _number(value)
    return short(str(value))
