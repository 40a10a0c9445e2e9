"""Fit the models behind stops and forecasts to published runs, and say how they do on runs left out.

    python scripts/calibrate_stops.py PATH            # cross-validated numbers, then writes prospect_models.json
    python scripts/calibrate_stops.py PATH --dry-run  # the numbers alone

PATH holds a run a line: `{"id", "train_steps", "train_loss", "val_steps", "val_loss", "metric"}`. Runs of one author
stand side by side and resemble one another, so a fold leaves out a block of neighbours. docs/stopping.md has the
numbers.
"""

from __future__ import annotations

import argparse
import itertools
import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from prospect_fit import Bent, Fitted, Straight, design, least_absolute, logistic, penalty
from prospect_rows import Rows, forecast_rows, load, stop_rows

from sweep.curves import Floats
from sweep.diagnosis.prospect_models import FILE
from sweep.diagnosis.stopping import BETTER, LEAST_WAIT

FOLDS = 10
STOP_BELOW = 0.025
BETTER_FROM = (
    "rise_z",
    "train_fell",
    "gap",
    "wait",
    "since_best",
    "promised",
    "clearance",
    "slope_third",
    "slope_since_z",
    "aim",
)
CHANGE_FROM = ("promised", "slope_since", "slope_third", "train_fell", "gap", "rise", "since_best")
SPREAD_FROM = ("noise", "promised", "slope_since", "rise", "gap")
RIDGE, BEND = 0.5, 3.0  # of the chance of a better loss
STIFF = 60.0  # ridge of the linear models
LEAST_MISS = 0.002  # added to a miss before its logarithm: losses are logged with four digits
COVERED, COVERED_TWICE = 0.72, 0.93  # shares of the misses that one deviation, and two, have to cover


class Models(NamedTuple):
    """Fitted to some of the runs."""

    better: Fitted
    change: Fitted
    spread: Fitted


class Stop(NamedTuple):
    """Where a run is stopped: its index, evaluations seen, all of them, and by how much the best comes out higher."""

    run: int
    seen: int
    total: int
    lost: float


def main() -> None:
    """Cross-validate, print, fit to all, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", type=Path)
    parser.add_argument("--dry-run", action="store_true")
    given = parser.parse_args()
    runs = load(given.path)
    stops, forecasts = stop_rows(runs), forecast_rows(runs)
    block = np.minimum(np.arange(len(runs)) * FOLDS // len(runs), FOLDS - 1)
    chance = np.ones(stops.run.size)
    change, spread = np.zeros(forecasts.run.size), np.zeros(forecasts.run.size)
    for fold in range(FOLDS):
        out, out_of_forecasts = block[stops.run] == fold, block[forecasts.run] == fold
        fitted = fit(stops.of(~out), forecasts.of(~out_of_forecasts))
        chance[out] = 1 / (1 + np.exp(-fitted.better.score(columns(stops.of(out)))))
        held = columns(forecasts.of(out_of_forecasts))
        change[out_of_forecasts] = fitted.change.score(held)
        spread[out_of_forecasts] = np.exp(fitted.spread.score(held))
    numbers = {"stops": stop_numbers(runs, stops, chance), "forecast": forecast_numbers(forecasts, change, spread)}
    print(json.dumps(numbers, indent=2))
    if not given.dry_run:
        write(fit(stops, forecasts), numbers, len(runs))


def columns(rows: Rows) -> dict[str, Floats]:
    """Every measure that a model asks for."""
    return {name: rows.column(name) for name in {*BETTER_FROM, *CHANGE_FROM, *SPREAD_FROM}}


def fit(stops: Rows, forecasts: Rows) -> Models:
    """All three models; a run weighs as the root of its cuts, which resemble one another."""
    change, spread = fit_forecast(forecasts)
    return Models(fit_better(stops), change, spread)


def fit_better(rows: Rows) -> Fitted:
    """The chance that the lowest loss after a cut is better than the lowest before."""
    known = columns(rows)
    terms = {name: Bent.of(known[name]) for name in BETTER_FROM}
    came = (rows.now > (1 + BETTER) * rows.later).astype(float)
    ridge = penalty(terms, RIDGE, BEND)
    return Fitted(terms, logistic(design(terms, known), came, weights(rows), ridge))


def fit_forecast(rows: Rows) -> tuple[Fitted, Fitted]:
    """The change of the level, and the deviation that covers enough of the misses at half of a run."""
    known, weight = columns(rows), weights(rows)
    ahead: dict[str, Bent | Straight] = {name: Straight.of(known[name]) for name in CHANGE_FROM}
    truth = np.log(rows.later / rows.now)
    change = Fitted(ahead, least_absolute(design(ahead, known), truth, weight, penalty(ahead, STIFF, 0.0)))
    miss = np.abs(np.exp(truth) - np.exp(change.score(known)))
    around: dict[str, Bent | Straight] = {name: Straight.of(known[name]) for name in SPREAD_FROM}
    target = np.log(miss + LEAST_MISS)
    found = least_absolute(design(around, known), target, weight, penalty(around, STIFF, 0.0))
    half = at_half(rows)
    ratio = miss[half] / np.exp(design(around, known)[half] @ found)
    found[0] += np.log(max(np.quantile(ratio, COVERED), np.quantile(ratio, COVERED_TWICE) / 2))
    return change, Fitted(around, found)


def weights(rows: Rows) -> Floats:
    """The root of a run's cuts, shared among them; they sum to the number of runs."""
    cuts = np.bincount(rows.run)
    found: Floats = 1 / np.sqrt(cuts[rows.run])
    return found * (np.count_nonzero(cuts) / found.sum())


def at_half(rows: Rows) -> Any:
    """The cut at half of a run of 20 evaluations or more."""
    return (rows.count == rows.total // 2) & (rows.total >= 20)


def stop_numbers(runs: list[dict[str, Any]], rows: Rows, chance: Floats) -> dict[str, Any]:
    """What the stops of all runs saved and lost, and how well the chance is calibrated."""
    waited = np.round(rows.column("since_best") * rows.count)
    due = (chance < STOP_BELOW) & (waited >= LEAST_WAIT)
    stops = [stop for at in range(len(runs)) if (stop := first_stop(rows, np.flatnonzero(due & (rows.run == at))))]
    came = rows.now > (1 + BETTER) * rows.later
    edges = (0, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 0.9, 1)
    bands = [(low, high, (chance >= low) & (chance < high)) for low, high in itertools.pairwise(edges)]
    return {
        "all": saved_and_lost(runs, stops),
        "100 evaluations and more": saved_and_lost(runs, stops, 100),
        "chance": {f"{low}-{high}": [round(float(came[band].mean()), 3), int(band.sum())] for low, high, band in bands},
        **{f"patience {wait}": saved_and_lost(runs, patience(runs, wait)) for wait in (3, 5, 10)},
    }


def first_stop(rows: Rows, due: Any) -> Stop | None:
    """The first cut of a run that is due."""
    if not due.size:
        return None
    at = due[0]
    lost = rows.now[at] / rows.later[at] - 1 if rows.later[at] > 0 else 0.0
    return Stop(int(rows.run[at]), int(rows.count[at]), int(rows.total[at]), max(float(lost), 0.0))


def patience(runs: list[dict[str, Any]], wait: int) -> list[Stop]:
    """Stops after so many evaluations without a new best."""
    stops = []
    for at, run in enumerate(runs):
        val = np.array(run["val_loss"])
        best = np.minimum.accumulate(val)
        since = np.arange(val.size) - np.maximum.accumulate(np.where(val == best, np.arange(val.size), 0))
        due = np.flatnonzero(since[:-1] >= wait)
        if due.size:
            lost = best[due[0]] / val.min() - 1 if val.min() > 0 else 0.0
            stops.append(Stop(at, int(due[0]) + 1, val.size, float(lost)))
    return stops


def saved_and_lost(runs: list[dict[str, Any]], stops: list[Stop], least: int = 0) -> dict[str, Any]:
    """Shares over the runs of ``least`` evaluations and more."""
    total = [len(run["val_loss"]) for run in runs if len(run["val_loss"]) >= least]
    stops = [stop for stop in stops if stop.total >= least]
    lost = np.array([stop.lost for stop in stops])
    after = [stop.seen - 1 - int(np.argmin(runs[stop.run]["val_loss"])) for stop in stops]
    return {
        "runs": len(total),
        "stops": len(stops),
        "best within 1 %": round(float(np.mean(lost <= BETTER)), 3),
        "lose more than 10 %": round(float(np.mean(lost > 0.1)), 3),
        "evaluations saved": round(sum(stop.total - stop.seen for stop in stops) / sum(total), 3),
        "saved, mean of runs": round(sum(1 - stop.seen / stop.total for stop in stops) / len(total), 3),
        "evaluations after the best, median": float(np.median(after)),
    }


def forecast_numbers(rows: Rows, change: Floats, spread: Floats) -> dict[str, Any]:
    """Histories cut in half, against the median of the last three."""
    half = at_half(rows)
    truth = np.log(rows.later / rows.now)[half]
    miss = np.abs(np.exp(change[half]) - np.exp(truth)) / spread[half]
    falls = change[half] < 0
    return {
        "runs": int(half.sum()),
        "within 1 error": round(float(np.mean(miss <= 1)), 3),
        "within 2 errors": round(float(np.mean(miss <= 2)), 3),
        "runs said to fall": int(falls.sum()),
        "of these within 1 error": round(float(np.mean(miss[falls] <= 1)), 3),
        "of these within 2 errors": round(float(np.mean(miss[falls] <= 2)), 3),
        "mean |log ratio|": round(float(np.mean(np.abs(change[half] - truth))), 4),
        "of staying where it is": round(float(np.mean(np.abs(truth))), 4),
        "median error, share of the level": round(float(np.median(spread[half])), 3),
    }


def write(fitted: Models, numbers: dict[str, Any], runs: int) -> None:
    """The model file, with how it was made."""
    stored = {
        "made_by": f"scripts/calibrate_stops.py, from {runs} published fine-tuning runs; nobody edits this file",
        "cross_validated": numbers,
        "stop_below": STOP_BELOW,
        **{name: model.stored() for name, model in fitted._asdict().items()},
    }
    FILE.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
    print(f"wrote {FILE}")


if __name__ == "__main__":
    main()
