"""Fit the constants of the diagnosis, write them with their provenance, and say how they do on what they never saw.

    python scripts/tiny_runs.py --groups 300 --seed 1                         # once: real curves of tiny networks
    python scripts/own_runs.py --engine loop --seeds $(seq 100 111)            # once: this project's recipes
    python scripts/calibrate.py                            # fit, write constants.py and docs/calibration.md
    python scripts/calibrate.py --check                    # only score the constants as they are

Held back, and used for nothing but the score: whole recipes (`HELD`), a fifth of the settings of the other tiny
networks, the odd seeds of this project's other recipes, and every fifth parametric history.

Fitted are: the weights of the rise that counts as overfitting and of the gain that counts as underfitting (logistic
regressions), the bounds in `SEARCHED` (coordinate search on macro-F1), the confidence per regime (logistic in the
margin of the verdict), and when to stop.
"""

from __future__ import annotations

import argparse
import datetime
import json
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from calibration_cases import Case, own, parametric, tiny
from calibration_scores import HEAD, Measured, held, macro_f1, measured, table, verdict
from sklearn.linear_model import LogisticRegression

from sweep.curves import Curves
from sweep.diagnosis import REGIMES, constants
from sweep.diagnosis.monitor import SETTLED
from sweep.diagnosis.overfit import rise_row
from sweep.diagnosis.stopping import Rise, rising
from sweep.diagnosis.underfit import gain_row

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "outputs" / "calibration"
SEARCHED = {
    "shake": (0.03, 0.035, 0.04, 0.045, 0.05),
    "shake_alone": (0.03, 0.04, 0.06, 0.08, 0.1, 0.12, 0.15),
    "shake_of_level": (0.005, 0.01, 0.015, 0.02, 0.03),
    "shake_of_level_alone": (0.015, 0.02, 0.03, 0.04, 0.05, 0.06),
    "climbs": (0.3, 0.4, 0.5, 0.6, 0.7, 0.85, 1.0),
    "lost_ground": (0.1, 0.12, 0.15, 0.2),
    "lost_ground_alone": (0.15, 0.2, 0.25, 0.3),
    "rise_z": (1.0, 1.5, 2.0, 2.5, 3.0),
    "rise_least": (0.02, 0.025, 0.03, 0.035, 0.04),
    "stall_gap_of_drop": (0.4, 0.5, 0.6, 0.8),
    "stall_gap_of_level": (0.3, 0.4, 0.5, 0.6),
    "stall_fell": (0.3, 0.4, 0.5),
    "moved": (0.04, 0.05, 0.06, 0.07),
    "gain_least": (0.04, 0.05, 0.06, 0.08, 0.1),
    "gain_most": (0.25, 0.3, 0.4, 0.5, 0.7),
    "gain_of_level": (0.01, 0.015, 0.02, 0.03),
}


def fit_weights(items: Sequence[Measured]) -> None:
    """How much rise makes a run overfit, and how much gain in sight underfit, with and without a training series."""
    for trained in (True, False):
        mine = [x for x in items if bool(x.view.train.size) == trained or not trained]
        risen = [
            x
            for x in mine
            if x.case.label != "erratic" and x.features.rise > 1e-4 and x.view.val.size and x.case.recipe != "stall"
        ]
        _fit(constants.RISE if trained else constants.RISE_ALONE, risen, "rise", "overfit", trained)
        falling = [x for x in mine if x.case.label in ("healthy", "underfit") and x.features.gain_of_drop > 1e-4]
        _fit(constants.GAIN if trained else constants.GAIN_ALONE, falling, "gain", "underfit", trained)


def _fit(into: dict[str, float], items: Sequence[Measured], what: str, regime: str, trained: bool) -> None:
    """Logistic regression of a regime on the logarithm of one measure and what else speaks for or against it."""
    row = {"rise": rise_row, "gain": gain_row}[what]
    size = {"rise": lambda f: f.rise, "gain": lambda f: f.gain_of_drop}[what]
    rows = [{**row(item.features, trained), what: math.log(size(item.features))} for item in items]
    model = LogisticRegression(C=1.0, max_iter=10_000).fit(
        [list(each.values()) for each in rows],
        [item.case.label == regime for item in items],
        sample_weight=[item.weight for item in items],
    )
    into.update(zip(rows[0], (round(float(value), 4) for value in model.coef_[0]), strict=True))
    into["offset"] = round(float(model.intercept_[0]), 4)


def fit_bounds(items: Sequence[Measured]) -> None:
    """One bound after the other to its best value, twice round.

    A value counts half by its own score and a quarter by each neighbour's: a bound in the middle of a good range is
    worth more than one at the edge of a cliff. Where several do as well, it is the middle one.
    """
    for _ in range(2):
        for name, values in SEARCHED.items():
            scores = []
            for value in values:
                constants.BOUNDS[name] = value
                scores.append(macro_f1(items))
            padded = np.pad(scores, 1, mode="edge")
            scores = list(0.5 * padded[1:-1] + 0.25 * padded[:-2] + 0.25 * padded[2:])
            best = [value for value, score in zip(values, scores, strict=True) if score > max(scores) - 1e-4]
            constants.BOUNDS[name] = best[len(best) // 2]


def fit_confidence(items: Sequence[Measured]) -> None:
    """Offset and slope per regime: the chance that a verdict is right, logistic in its margin.

    A run of this project counts once here: made to be plain, they would lend their certainty to all the others.
    """
    told = [(*verdict(item), item) for item in items]
    for regime in REGIMES:
        mine = [
            (margin, item.case.label == regime, min(item.weight, 1.0))
            for found, margin, item in told
            if found == regime
        ]
        rows, right, weights = zip(*mine, strict=True)
        # two made-up cases, one right and one wrong, keep a flawless regime from claiming certainty
        model = LogisticRegression(C=10.0, max_iter=10_000).fit(
            [[row] for row in (*rows, 0.0, 1.0)], [*right, False, False], sample_weight=[*weights, 1.0, 1.0]
        )
        slope = max(float(model.coef_[0][0]), 0.0)
        constants.CONFIDENCE[regime] = (round(float(model.intercept_[0]), 3), round(slope, 3))


@dataclass(frozen=True)
class Watched:
    """A real run as it was logged, with the evidence for a stop at each of its points."""

    val: np.ndarray
    rises: tuple[Rise, ...]
    held: bool

    def stop(self) -> int | None:
        """The first point at which the constants as they stand would have stopped it."""
        return next((at for at, rise in enumerate(self.rises, SETTLED - 1) if rise.lost), None)


def watched(path: Path, most: int) -> list[Watched]:
    """The first ``most`` finite runs of at least 60 evaluations, with their own, noisy, validation losses."""
    found: list[Watched] = []
    with path.open() as file:
        for line in file:
            history = json.loads(line)
            val, train = np.array(history["val_loss"]), np.array(history["train_loss"])
            if len(val) < 60 or not (np.isfinite(val).all() and np.isfinite(train).all()) or len(found) == most:
                continue
            rises = tuple(rising(val[:seen], train[:seen]) for seen in range(SETTLED, len(val) + 1))
            case = Case(Curves({}), "", "tiny", history["task"], f"{history['optimiser']} {history['batch']}")
            found.append(Watched(val, rises, held(case)))
    return found


def stopping(runs: Sequence[Watched]) -> dict[str, float]:
    """How stopping does: of all runs, the share stopped before their best point; of those it stops, the rest."""
    stops = [(run, at) for run in runs if (at := run.stop()) is not None]
    bests = [int(np.argmin(run.val)) for run, _ in stops]
    delays = [at - best for (_, at), best in zip(stops, bests, strict=True)]
    saved = [1 - (at + 1) / len(run.val) for run, at in stops]
    return {
        "runs": len(runs),
        "stopped": len(stops),
        "before their best": sum(delay < 0 for delay in delays),
        "median delay": float(np.median(delays)) if delays else math.nan,
        "saved of the stopped": float(np.mean(saved)) if saved else 0.0,
        "saved of all": sum(saved) / max(len(runs), 1),
    }


def fit_stop(runs: Sequence[Watched]) -> None:
    """The size of rise and its clearance of noise that save most, with at most one run in 400 stopped too early."""
    best = (-1.0, 0.0, 0.0)
    for share in (0.06, 0.08, 0.1, 0.12, 0.15):  # beyond, a slow rise would not be stopped in time
        for z in (6.0, 8.0, 10.0, 14.0):
            constants.STOP.update(share=share, z=z)
            score = stopping(runs)
            early = score["before their best"] / score["runs"]
            best = max(best, (score["saved of all"] - 100 * max(early - 0.0025, 0.0), share, z))
    constants.STOP.update(share=best[1], z=best[2])


def write(fitted: Sequence[Measured], score: float) -> None:
    """`constants.py`: every number that the diagnosis compares with, and where it comes from."""
    counts = Counter(item.case.source for item in fitted)
    said = ", ".join(f"{count} {source}" for source, count in sorted(counts.items()))
    lines = [
        '"""Bounds of the rules and the calibration of confidence: written by `scripts/calibrate.py`, not by hand.',
        "",
        f"Fitted {datetime.date.today()} on {said} histories.",
        f"Held-back macro-F1 over the four regimes, sources weighed alike: {score:.3f}. Tables: `docs/calibration.md`.",
        '"""',
        "",
        "from __future__ import annotations",
        "",
    ]
    for name in ("BOUNDS", "RISE", "RISE_ALONE", "GAIN", "GAIN_ALONE", "STOP", "CONFIDENCE"):
        lines.append(f"{name} = {{")
        lines += [f'    "{key}": {value!r},' for key, value in getattr(constants, name).items()]
        lines.append("}")
    (ROOT / "src" / "sweep" / "diagnosis" / "constants.py").write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    """Fit and write, or with ``--check`` only score."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--check", action="store_true", help="score the constants as they are")
    options.add_argument("--parametric", type=int, default=6000)
    chosen = options.parse_args()
    cases = [*parametric(0, chosen.parametric), *tiny(DATA / "tiny.jsonl", 0), *own(DATA / "own.jsonl")]
    items = measured(cases)
    fitted, back = [item for item in items if not item.held], [item for item in items if item.held]
    print(f"{len(fitted)} histories to fit on, {len(back)} held back; as it stands {macro_f1(back):.4f} held back")
    runs = watched(DATA / "tiny.jsonl", 1200)
    if not chosen.check:
        fit_weights(fitted)
        print(
            "weights",
            constants.RISE,
            constants.RISE_ALONE,
            constants.GAIN,
            constants.GAIN_ALONE,
            f"{macro_f1(fitted):.4f}",
        )
        fit_bounds(fitted)
        print("bounds", constants.BOUNDS, f"{macro_f1(fitted):.4f}")
        fit_confidence(fitted)
        fit_stop([run for run in runs if not run.held])
        write(fitted, macro_f1(back))
    stops = stopping([run for run in runs if run.held])
    lines = ["", "Stopping, on held-back tiny networks of at least 60 evaluations:", ""]
    lines += [f"- {name}: {value:.3g}" for name, value in stops.items()]
    text = "\n".join([*table(back), *lines])
    print(text)
    if not chosen.check:
        doc = ROOT / "docs" / "calibration.md"
        doc.parent.mkdir(exist_ok=True)
        doc.write_text(HEAD.format(fitted=len(fitted), back=len(back)) + text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
