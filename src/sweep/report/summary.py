"""The summary of a study: who was expected to be what, and was diagnosed as what."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sweep.study.run import Row

KNOBS = ("learning_rate", "batch_size", "epochs")


def summarize(name: str, total: int, rows: Iterable[Row]) -> dict[str, Any]:
    """`summary.json` as a dict: the total asked for, how many agreed, the confusion matrix, and a row per trial."""
    runs = [_run(row) for row in sorted(rows, key=lambda row: row.number)]
    confusion: dict[str, dict[str, int]] = {}
    for run in runs:
        if run["expected"] and run["diagnosed"]:
            counts = confusion.setdefault(run["expected"], {})
            counts[run["diagnosed"]] = counts.get(run["diagnosed"], 0) + 1
    return {
        "study": name,
        "trials": total,
        "agreed": sum(counts.get(expected, 0) for expected, counts in confusion.items()),
        "confusion": confusion,
        "runs": runs,
    }


def best(rows: Iterable[Row]) -> Row | None:
    """The complete trial with the lowest first objective, a healthy one where there is any."""
    done = [row for row in rows if row.state == "COMPLETE" and row.values and math.isfinite(row.values[0])]
    sound = [row for row in done if row.info.get("diagnosed") == "healthy"]
    return min(sound or done, key=lambda row: row.values[0], default=None)


def settings(row: Row) -> dict[str, Any]:
    """The trial's parameters, a knob by the value that it had: a factor of a reference tells a person little."""
    shown = {}
    for name, value in row.params.items():
        knob = name.rpartition(".")[2]
        known = knob in KNOBS and knob in row.info
        shown[knob if known else name] = row.info[knob] if known else value
    return shown


def write(summary: dict[str, Any], folder: Path) -> Path:
    """Put `summary.json` into the study's folder."""
    path = folder / "summary.json"
    path.write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")
    return path


def _run(row: Row) -> dict[str, Any]:
    info = dict(row.info)
    known = ("expected", "diagnosed", "confidence", "mlflow_run_id")
    return {
        "trial": row.number,
        **{key: info.pop(key, None) for key in known},
        "state": row.state,
        "dir": str(row.directory),
        "params": dict(row.params),
        "values": [value if value == value and abs(value) != float("inf") else None for value in row.values],
        **info,
    }


def misdiagnosed(summary: dict[str, Any]) -> list[dict[str, Any]]:
    """The trials whose verdict is not the expected one, those that failed before they had one among them."""
    return [
        run
        for run in summary["runs"]
        if run["state"] == "FAIL"
        or (run["expected"] and run["state"] == "COMPLETE" and run["diagnosed"] != run["expected"])
    ]
