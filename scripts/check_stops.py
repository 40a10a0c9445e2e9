"""Stops, forecasts and lowest final losses on small real trainings that nothing of them was fitted to.

    python scripts/check_stops.py outputs/evidence      # the corpus of scripts/evidence
    python scripts/check_stops.py published-runs.jsonl  # published runs: the models were fitted to these

A corpus holds trainings from scratch at rates from far too low to far too high, most of them run to several times a
sensible length; a few of each group are drawn.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from prospect_rows import curves_of, load

from sweep.curves import Curves, Floats, Series
from sweep.diagnosis.evaluations import Evaluations
from sweep.diagnosis.forecast import expected_gain, optimistic_final
from sweep.diagnosis.prospect_models import models
from sweep.diagnosis.series import prepare_series
from sweep.diagnosis.stopping import LEAST_WAIT, chance_of_better

DRAWN = 4  # trainings of each group
CUTS = 12  # points of a run at which its lowest final loss is asked for


class Scores(NamedTuple):
    """Of one run: (lost, saved) of our stop and of patience 10, in-1, in-2 and both log ratios, misses of the hope."""

    stop: tuple[float, float] | None
    patience: tuple[float, float] | None
    forecast: tuple[float, ...] | None
    below_hope: list[bool]


def main() -> None:
    """Print the shares."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path)
    source = parser.parse_args().source
    runs = corpus(source) if source.is_dir() else (curves_of({**run, "metric": None}) for run in load(source))
    scores = [scored(run) for run in runs]
    print(json.dumps({"runs": len(scores)} | stops(scores) | forecasts(scores) | hopes(scores), indent=2))


def corpus(folder: Path) -> Iterator[Curves]:
    """Finite trainings of every group."""
    dice = np.random.default_rng(0)
    for path in sorted(folder.glob("*.npz")):
        with np.load(path) as group:
            for name in sorted({key.split("/")[0] for key in group.files} - {"facts"}):
                val, train = group[f"{name}/val"].astype(float), group[f"{name}/train"].astype(float)
                for row in dice.choice(len(val), min(DRAWN, len(val)), replace=False):
                    both = np.concatenate([val[row], train[row]])
                    if np.isfinite(both).all() and val[row].min() > 1e-6 and val[row].max() < 1e4:
                        yield Curves.of(val_loss=val[row], train_loss=train[row])


def scored(run: Curves) -> Scores:
    """Everything that is asked of one run."""
    val = run["val_loss"].values
    evaluations = Evaluations()
    stop, patience, hopes = None, None, {}
    rows: dict[float, dict[str, float]] = {}
    for step, name, value in run.points():
        rows.setdefault(step, {})[name] = value
    cuts = set(np.linspace(8, val.size - 1, CUTS).astype(int).tolist())
    for step in sorted(rows):
        if not evaluations.add(step, rows[step]):
            continue
        seen, waited = len(evaluations), evaluations.waited()
        losses = evaluations.losses()
        if stop is None and waited >= LEAST_WAIT and chance_of_better(losses) < models().stop_below:
            stop = ended(val, seen)
        if patience is None and waited >= 10:
            patience = ended(val, seen)
        if seen in cuts:
            hopes[seen] = optimistic_final(losses, seen / val.size)
    below = [bool(val.min() < hope * 0.99) for hope in hopes.values() if np.isfinite(hope)]
    return Scores(stop, patience, foretold(run, val), below)


def ended(val: Floats, seen: int) -> tuple[float, float]:
    """By how much the best so far is above the best of all, and the share of evaluations saved."""
    lost = val[:seen].min() / val.min() - 1 if val.min() > 0 else 0.0
    return float(lost), 1 - seen / val.size


def foretold(run: Curves, val: Floats) -> tuple[float, ...] | None:
    """The forecast from the first half of a run of 20 evaluations or more, against the median of its last three."""
    half = val.size // 2
    if val.size < 20:
        return None
    until = run["val_loss"].steps[half - 1]
    found = expected_gain(prepare_series(Curves({name: cut(run, name, until) for name in run})))
    now, later = float(np.median(val[half - 3 : half])), float(np.median(val[-3:]))
    if found is None or min(now, later, now - found.gain) <= 0:
        return None
    miss = abs(now - found.gain - later) / found.error
    return miss <= 1, miss <= 2, abs(np.log((now - found.gain) / later)), abs(np.log(now / later))


def cut(run: Curves, name: str, until: float) -> Series:
    """A series up to a step."""
    series = run[name]
    kept = series.steps <= until
    return Series(series.steps[kept], series.values[kept])


def stops(scores: list[Scores]) -> dict[str, object]:
    """Shares of stops, and the mean share of evaluations saved."""
    found = {}
    for name in ("stop", "patience"):
        ends = np.array([end for score in scores if (end := getattr(score, name)) is not None])
        found[name] = {
            "stops": len(ends),
            "best within 1 %": round(float(np.mean(ends[:, 0] <= 0.01)), 3),
            "lose more than 10 %": round(float(np.mean(ends[:, 0] > 0.1)), 3),
            "saved, mean of runs": round(float(ends[:, 1].sum() / len(scores)), 3),
        }
    return found


def forecasts(scores: list[Scores]) -> dict[str, object]:
    """Coverage and mean errors."""
    told = np.array([score.forecast for score in scores if score.forecast is not None], dtype=float)
    names = ("within 1 error", "within 2 errors", "mean |log ratio|", "of staying where it is")
    means = np.round(told.mean(axis=0), 4).tolist()
    return {"forecasts": len(told)} | dict(zip(names, means, strict=True))


def hopes(scores: list[Scores]) -> dict[str, object]:
    """How often a run ends more than 1 % below what was the lowest that it might still reach."""
    below = [miss for score in scores for miss in score.below_hope]
    return {"lowest finals": len(below), "undercut by more than 1 %": round(float(np.mean(below)), 4)}


if __name__ == "__main__":
    main()
