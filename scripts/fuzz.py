"""Diagnose a great many histories of all kinds and say what broke: nothing should.

    python scripts/fuzz.py --count 100000

Each history is diagnosed with every warning an error; a random choice of them is also diagnosed in other units of loss
and step, which must change no verdict. Exits 1 where anything was found.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import warnings

import numpy as np

from sweep.curves import Curves, Series
from sweep.diagnosis import REGIMES, Baseline, diagnose

NAMES = ("train_loss", "val_loss", "batch_loss", "train_acc", "val_acc", "val_f1", "grad_norm", "learning_rate")
ODD = np.array([0.0, -0.0, 1.0, -1.0, 1e300, -1e300, 1.7e308, 5e-324, 1e-300, np.nan, np.inf, -np.inf, 1e-9, 1e9])


def shape(rng: np.random.Generator, points: int) -> np.ndarray:
    """One series: a plausible curve, a constant, a walk, pure noise or odd values, at any scale, damaged at random."""
    time_ = np.linspace(0, 1, points)
    match int(rng.integers(6)):
        case 0:
            values = rng.uniform(0, 2) + rng.uniform(0, 3) * np.exp(-rng.uniform(0.1, 40) * time_)
        case 1:
            values = np.full(points, rng.choice([0.0, 1.0, -3.0, rng.normal()]))
        case 2:
            values = np.cumsum(rng.normal(size=points))
        case 3:
            values = rng.normal(size=points)
        case 4:
            values = (time_ - rng.random()) ** 2 * rng.uniform(-2, 5) + rng.uniform(-1, 2)
        case _:
            values = rng.choice(ODD, size=points)
    values = values + rng.choice([0, 0, 0.01, 0.3]) * rng.normal(size=points)
    with np.errstate(over="ignore"):
        values = values * 10.0 ** rng.choice([0, 0, 0, rng.uniform(-300, 300), rng.uniform(-9, 9)])
    damaged = rng.random(points) < rng.choice([0, 0, 0, 0.05, 0.5])
    values[damaged] = rng.choice(ODD, size=int(damaged.sum()))
    return values


def history(rng: np.random.Generator) -> Curves:
    """Up to six series on grids of their own, sorted or not, with steps that may repeat."""
    series = {}
    for name in rng.permutation(NAMES)[: int(rng.integers(0, 7))]:
        points = int(rng.choice([int(rng.integers(0, 6)), *rng.integers(6, 60, 2), int(rng.integers(60, 400))]))
        match int(rng.integers(4)):
            case 0:
                steps = rng.integers(-5, 50, points).astype(float)
            case 1:
                steps = rng.choice([1e-300, 1e300, 1e9, 1.0], size=points) * rng.normal(size=points)
            case _:
                steps = np.arange(points) * float(rng.choice([1, 7, 1000]))
        series[str(name)] = Series(steps, shape(rng, points))
    return Curves(series)


def tame(curves: Curves) -> bool:
    """Whether another unit can be represented: every value, and its multiple, within the range of floats."""
    for name in ("train_loss", "val_loss", "batch_loss"):
        size = np.abs(curves[name].values)
        size = size[np.isfinite(size) & (size > 0)]
        if size.size and (size.max() > 1e200 or size.min() < 1e-200):
            return False
    return True


def rescaled(curves: Curves, scale: float, pace: float) -> Curves:
    """The same run in other units."""
    return Curves(
        {
            name: Series(series.steps * pace, series.values * (scale if name.endswith("loss") else 1.0))
            for name, series in curves.series.items()
        }
    )


def main() -> None:
    """Diagnose, count, and tell."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--count", type=int, default=100_000)
    options.add_argument("--seed", type=int, default=0)
    chosen = options.parse_args()
    warnings.simplefilter("error")
    counts = dict.fromkeys((*REGIMES, "inconclusive"), 0)
    broken, changed, compared, begun = [], [], 0, time.perf_counter()
    for number in range(chosen.count):
        rng = np.random.default_rng([chosen.seed, number])
        curves = history(rng)
        baseline = Baseline(float(rng.choice(ODD)), float(rng.random())) if rng.random() < 0.2 else None
        try:
            found = diagnose(curves, baseline)
            json.dumps(found.to_dict(), allow_nan=False)
            counts[found.regime] += 1
            if not 0 <= found.confidence <= 1:
                broken.append((number, f"confidence {found.confidence}"))
            if number % 4 == 0 and baseline is None and tame(curves):
                compared += 1
                other = diagnose(rescaled(curves, 4.0, 8.0))  # powers of two: exact, so that no tie may tip
                if (other.regime, [x.name for x in other.findings]) != (found.regime, [x.name for x in found.findings]):
                    changed.append(number)
        except Exception as error:  # whatever it is, it is what this program looks for
            broken.append((number, repr(error)))
    print(f"{chosen.count} histories in {time.perf_counter() - begun:.0f} s: {counts}")
    print(f"exceptions or warnings: {len(broken)} {broken[:5]}")
    print(f"verdicts changed by the units, of {compared} compared: {len(changed)} {changed[:5]}")
    sys.exit(bool(broken or changed))


if __name__ == "__main__":
    main()
