"""Published runs cut after every evaluation: what was seen up to there, and what came."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from sweep.curves import Curves, Floats, Series
from sweep.diagnosis.evaluations import Evaluations
from sweep.diagnosis.forecast import FEWEST as FEWEST_TO_FORECAST
from sweep.diagnosis.prospect import Prospect, measure_prospect
from sweep.diagnosis.series import prepare_series
from sweep.diagnosis.stopping import FEWEST


class Rows(NamedTuple):
    """Cuts of runs. All arrays have the shape ``(cuts,)`` but ``measures``, ``(cuts, measures)``.

    ``run`` is the index of the run, ``count`` the evaluations seen, ``total`` those of the whole run. ``now`` and
    ``later`` are validation losses: for stops the lowest up to the cut and the lowest after it, for forecasts the
    median of three at the cut and after as much training again.
    """

    measures: Floats
    run: Floats
    count: Floats
    total: Floats
    now: Floats
    later: Floats

    def of(self, kept: Any) -> Rows:
        """The chosen cuts."""
        return Rows(*(part[kept] for part in self))

    def column(self, measure: str) -> Floats:
        """One measure of all cuts."""
        return self.measures[:, Prospect._fields.index(measure)]


def load(path: Path) -> list[dict[str, Any]]:
    """Runs of a file with one JSON object a line."""
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def stop_rows(runs: list[dict[str, Any]]) -> Rows:
    """Every evaluation of every run but the last, from ``FEWEST`` on, as a running training sees it."""
    return _stacked([row for at, run in enumerate(runs) for row in _stops(at, run)])


def forecast_rows(runs: list[dict[str, Any]]) -> Rows:
    """Every evaluation of the first half of every run."""
    return _stacked([row for at, run in enumerate(runs) for row in _forecasts(at, run)])


def curves_of(run: dict[str, Any], points: int | None = None) -> Curves:
    """Curves of a run up to an evaluation."""
    steps = np.array(run["val_steps"][:points], dtype=float)
    series = {"val_loss": Series(steps, np.array(run["val_loss"][:points], dtype=float))}
    if run["train_loss"]:
        train = Series(run["train_steps"], np.array(run["train_loss"], dtype=float))
        kept = train.steps <= steps[-1]
        if kept.any():
            series["train_loss"] = Series(train.steps[kept], train.values[kept])
    if run["metric"] and points is None:
        name, values = run["metric"]
        series[f"val_{name}"] = Series(run["val_steps"], np.array(values, dtype=float))
    return Curves(series)


def _stops(at: int, run: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    evaluations = Evaluations()
    val = np.array(run["val_loss"], dtype=float)
    rows: dict[float, dict[str, float]] = {}
    for step, name, value in curves_of({**run, "metric": None}).points():
        rows.setdefault(step, {})[name] = value
    for step in sorted(rows):
        if not evaluations.add(step, rows[step]):
            continue
        seen = len(evaluations)
        if FEWEST <= seen < val.size:
            losses = evaluations.losses()
            measures = measure_prospect(losses.val, losses.train, losses.time)
            yield (*measures, at, seen, val.size, val[:seen].min(), val[seen:].min())


def _forecasts(at: int, run: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    val = np.array(run["val_loss"], dtype=float)
    for seen in range(FEWEST_TO_FORECAST, val.size // 2 + 1):
        series = prepare_series(curves_of({**run, "metric": None}, seen))
        if series.val.size < FEWEST_TO_FORECAST:
            continue
        last = val.size if seen == val.size // 2 else 2 * seen
        now = np.median(val[seen - 3 : seen])
        later = np.median(val[last - 3 : last])
        if now > 0 and later > 0:
            yield (*measure_prospect(series.val, series.train, series.time), at, seen, val.size, now, later)


def _stacked(rows: list[tuple[Any, ...]]) -> Rows:
    table = np.array(rows, dtype=float)
    measures, rest = table[:, : len(Prospect._fields)], table[:, len(Prospect._fields) :]
    return Rows(measures, rest[:, 0].astype(int), *rest[:, 1:].T)
