"""Fit the verdict's model to the measured cases and write the file that ships.

    python scripts/evidence/fit.py            # what `make fit` runs

It reads `measures.npz` beside it and writes `src/sweep/diagnosis/model.json`. The temperature, by which all log-odds
are divided, is chosen on families of data that each fit was made without.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
from additive import Additive, Settings, fit, softmax
from table import REGIMES, Table, families_left_out, load

from sweep.diagnosis.model import LOG_KINDS, log_kind

ROOT = Path(__file__).resolve().parents[2]
MODEL = ROOT / "src" / "sweep" / "diagnosis" / "model.json"
MEASURES = Path(__file__).with_name("measures.npz")
TEMPERATURES = np.round(np.arange(0.5, 2.01, 0.05), 2)
DIGITS = 6


def main() -> None:
    """Fit and write."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--measures", type=Path, default=MEASURES)
    options.add_argument("--out", type=Path, default=MODEL)
    chosen = options.parse_args()
    table = load(chosen.measures)
    settings = Settings()
    left_out = families_left_out(table, settings)
    temperatures = best_temperatures(left_out, table)
    model = fit(table.inputs, table.targets, table.weights, settings)
    stored = as_json(model, table, temperatures, hashlib.sha256(chosen.measures.read_bytes()).hexdigest())
    chosen.out.write_text(stored, encoding="utf-8")
    print(f"{len(table.inputs)} cases, temperatures {temperatures}: {chosen.out}, {len(stored) / 1e3:.0f} kB")


def best_temperatures(scores: np.ndarray, table: Table) -> list[float]:
    """The temperature of least cross-entropy on the clear cases of each kind of log; every regime weighs as it does."""
    kinds = _kinds(table)
    return [_best_temperature(scores, table, table.clear & (kinds == kind)) for kind in range(LOG_KINDS)]


def _best_temperature(scores: np.ndarray, table: Table, mine: np.ndarray) -> float:
    truth, weights = table.truth[mine], table.weights[mine]

    def entropy(temperature: float) -> float:
        probabilities = softmax(scores[mine], temperature)
        return -float(weights @ np.log(probabilities[np.arange(truth.size), truth]))

    return float(min(TEMPERATURES, key=entropy)) if truth.size else 1.0


def tempered(scores: np.ndarray, table: Table) -> np.ndarray:
    """Probabilities of all cases at the best temperature of their kind of log."""
    kinds = _kinds(table)
    return softmax(scores, np.array(best_temperatures(scores, table))[kinds][:, None])


def _kinds(table: Table) -> np.ndarray:
    names = ("log_points", "train_fall", "gap_of_level")
    return log_kind(*(table.inputs[:, table.names.index(name)] for name in names))


def as_json(model: Additive, table: Table, temperatures: list[float], digest: str) -> str:
    """The model's file: provenance, and each term's knots and values, rounded."""
    terms: dict[str, Any] = {}
    for at, name in enumerate(table.names):
        column = table.inputs[:, at]
        finite = column[np.isfinite(column)]
        low, high = (finite.min(), finite.max()) if finite.size else (0.0, 0.0)
        terms[name] = {
            "low": _round(low),
            "high": _round(high),
            "knots": [_round(knot) for knot in model.knots[at]],
            "values": [[_round(value) for value in row] for row in model.values[at][:-1]],
            "missing": [_round(value) for value in model.values[at][-1]],
        }
    stored = {
        "made_by": "scripts/evidence/fit.py",
        "measures": digest,
        "cases": len(table.inputs),
        "regimes": list(REGIMES),
        "temperatures": temperatures,
        "offset": [_round(value) for value in model.offset],
        "terms": terms,
    }
    stored["checksum"] = checksum(stored)
    lines = [f"  {json.dumps(name)}: {json.dumps(term)}" for name, term in terms.items()]
    head = {name: value for name, value in stored.items() if name != "terms"}
    return json.dumps(head)[:-1] + ', "terms": {\n' + ",\n".join(lines) + "\n}}\n"


def checksum(stored: dict[str, Any]) -> str:
    """A digest of everything else in the file: an edit by hand shows."""
    rest = {name: value for name, value in stored.items() if name != "checksum"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()


def _round(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")


if __name__ == "__main__":
    main()
