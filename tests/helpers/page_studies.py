"""Studies on disk as a sweep leaves them, from formulas: what the tests of the page open."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sweep.curves import Curves, Series

POINTS = 21
QUESTIONS = ("final", "efficiency", "generalization", "trend")
STEPS = 20
"""Batches between two evaluations."""


def curves(regime: str, seed: int = 0, points: int = POINTS) -> Curves:
    """The curves of a run in a regime: losses, accuracies and a noisy loss of every batch."""
    rng = np.random.default_rng(seed)
    x = np.linspace(0, 1, points)
    train, val = {
        "healthy": (0.2 + 2.1 * np.exp(-5 * x), 0.3 + 2.0 * np.exp(-5 * x)),
        "overfit": (0.02 + 2.2 * np.exp(-6 * x), 0.5 + 1.8 * np.exp(-9 * x) + 0.6 * x),
        "underfit": (2.3 - 0.2 * x, 2.3 - 0.15 * x),
        "erratic": (2.0 + 0.6 * np.sin(40 * x), 2.2 + 0.8 * np.sin(40 * x)),
    }[regime]
    val = val + 0.01 * rng.standard_normal(points)
    at = np.arange(points) * STEPS
    batches = np.arange(1, at[-1] + 1)
    dense = np.interp(batches, at, train) + 0.1 * rng.standard_normal(batches.size)
    return Curves({
        "batch_loss": Series(batches, dense),
        "train_loss": Series(at, train),
        "val_loss": Series(at, val),
        "train_acc": Series(at, np.exp(-train / 2)),
        "val_acc": Series(at, np.exp(-val / 2)),
        "epoch": Series(batches, batches / 50),
    })  # fmt: skip


def diagnosis(regime: str, **more: Any) -> dict[str, Any]:
    """A `diagnosis.json` with one of everything."""
    return {
        "regime": regime,
        "confidence": 0.9,
        "findings": [{"name": "f", "value": 1.0, "bound": 0.5, "step": 100.0, "text": f"a finding of {regime}"}],
        "advice": [
            {"remedy": "dropout", "text": "drop units while training", "strength": 1.0},
            {"remedy": "lower_rate", "text": "take smaller steps", "strength": 2.0},
        ],
        **{question: {"text": f"the answer to {question}"} for question in QUESTIONS},
        **more,
    }  # fmt: skip


def run(number: int, regime: str, **more: Any) -> dict[str, Any]:
    """A row of `summary.json`."""
    row = {
        "trial": number,
        "expected": None,
        "diagnosed": regime,
        "confidence": 0.9,
        "mlflow_run_id": None,
        "state": "COMPLETE",
        "dir": f"/somewhere/else/{number:03d}",
        "params": {"seed": number % 3},
        "values": [0.5],
        "recipe": "digits",
        "seed": number % 3,
        "regime": regime,
        "remedies": [],
        "learning_rate": 0.002,
        "batch_size": 16,
        "epochs": 14,
        "steps": (POINTS - 1) * STEPS,
        "test_loss": 0.4,
        "test_acc": 0.9,
    }
    return {**row, **more}


def checked() -> list[dict[str, Any]]:
    """Every regime with three seeds, each expected; the last is not diagnosed so."""
    names = ("healthy", "overfit", "underfit", "erratic")
    rows = [run(number, names[number // 3], expected=names[number // 3]) for number in range(12)]
    rows[-1] |= {"diagnosed": "overfit"}
    return rows


def explored() -> list[dict[str, Any]]:
    """Learning rate x batch size, from underfit by healthy to erratic."""
    rows = []
    for number in range(18):
        rate, batch = 10.0 ** (-5 + number / 4.5), (4, 16, 64)[number % 3]
        regime = "underfit" if number < 6 else "healthy" if number < 12 else "erratic"
        params = {"regime.learning_rate": rate / 0.002, "regime.batch_size": batch / 16}
        more = {"learning_rate": rate, "batch_size": batch, "seed": 0, "params": params}
        rows.append(run(number, regime, **more, values=[abs(number - 9) / 10 + 0.1]))
    return rows


def write(folder: Path, rows: Sequence[Mapping[str, Any]], command: str = "", **more: Any) -> Path:
    """A study's folder: its summary, and curves and diagnosis of every run that has a verdict."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "command.txt").write_text(f"{command}\n")
    for row in rows:
        if row["diagnosed"]:
            trial(folder, row["trial"], curves(row["diagnosed"], row["trial"]), diagnosis(row["diagnosed"]))
    summary = {"study": folder.name, "trials": len(rows), "agreed": 0, "confusion": {}, "runs": list(rows), **more}
    (folder / "summary.json").write_text(json.dumps(summary))
    return folder


def trial(folder: Path, number: int, seen: Curves, told: Mapping[str, Any] | None = None) -> Path:
    """The folder of one trial."""
    place = folder / f"{number:03d}"
    place.mkdir(parents=True, exist_ok=True)
    (place / "curves.csv").write_text(seen.to_csv())
    if told is not None:
        (place / "diagnosis.json").write_text(json.dumps(told))
    return place
