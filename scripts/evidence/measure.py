"""Measure every case of the corpus with the diagnosis' own measures and rules, and keep them in one small file.

    python scripts/evidence/measure.py --corpus outputs/evidence --out scripts/evidence/measures.npz

The file travels in the repository: `fit.py` needs nothing else. Numbers are rounded to four significant digits.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from cases import cases

from sweep.curves import Curves, Series
from sweep.diagnosis.assessment import INPUTS, inputs_of
from sweep.diagnosis.findings.vote import vote
from sweep.diagnosis.measures import Run, measure
from sweep.diagnosis.series import prepare_series
from sweep.diagnosis.textbook import textbook

FILE = Path(__file__).with_name("measures.npz")
SERIES = ("train_loss", "val_loss", "train_acc", "val_acc")
REGIMES = ("healthy", "overfit", "underfit", "erratic")
TOLD = ("label", "target", "gains", "symptom", "symptom_regime")
FACTS = ("family", "model", "optimiser", "schedule", "tuned", "log", "rule", "group", "points", "evaluations")


def curves_of(history: Mapping[str, Any]) -> Curves:
    """The curves of a history, whose series are arrays; points that were not recorded are NaN there too."""
    series = {}
    for name in SERIES:
        values = history.get(name)
        if values is None:
            continue
        values = np.asarray(values, dtype=float)
        steps = history.get(f"{name.partition('_')[0]}_steps")
        series[name] = Series(np.arange(values.size) if steps is None else steps, values)
    return Curves(series)


def rounded(values: np.ndarray, digits: int = 4) -> np.ndarray:
    """To so many significant digits; NaN and 0 stay."""
    with np.errstate(divide="ignore", invalid="ignore"):
        power = digits - 1 - np.floor(np.log10(np.abs(values)))
        result = np.round(values * 10**power) / 10**power
    return np.where(np.isfinite(result), result, values)


def main() -> None:
    """Measure and write."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--corpus", type=Path, default=Path("outputs/evidence"))
    options.add_argument("--draws", type=int, default=3, help="how often runs and logs are drawn of each group")
    options.add_argument("--out", type=Path, default=FILE)
    chosen = options.parse_args()
    rows: list[list[float]] = []
    facts: dict[str, list[Any]] = {
        name: [] for name in ("label", "target", "gains", "symptom", "symptom_regime", *FACTS)
    }
    drawn = (case for seed in range(chosen.draws) for case in cases(chosen.corpus, seed))
    for case in drawn:
        curves = curves_of(case.history)
        run = Run(prepare_series(curves), curves)
        if run.points == 0:
            continue
        m = measure(run)
        inputs = inputs_of(m, vote(run, m))
        rows.append([inputs[name] for name in INPUTS])
        symptom = textbook(run, m)
        facts["symptom"].append(symptom.finding.name if symptom is not None else "")
        facts["symptom_regime"].append(symptom.regime if symptom is not None else "")
        facts["label"].append(case.label)
        facts["gains"].append([case.gains[name] for name in ("overfit", "underfit", "erratic")])
        facts["target"].append([case.target[name] for name in REGIMES])
        for name in FACTS:
            facts[name].append(case.meta[name])
    measured = rounded(np.array(rows)).astype(np.float32)
    kept = {name: np.array(values) for name, values in facts.items()}
    kept = {name: values.astype(np.float32) if values.dtype.kind == "f" else values for name, values in kept.items()}
    np.savez_compressed(chosen.out, names=np.array(INPUTS), measures=measured, **kept)
    size = chosen.out.stat().st_size / 1e6
    print(f"{len(rows)} cases of {len(set(facts['group']))} groups: {chosen.out}, {size:.1f} MB")


if __name__ == "__main__":
    main()
