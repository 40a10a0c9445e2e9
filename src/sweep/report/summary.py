"""The summary of a study: who was expected to be what, and was diagnosed as what."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sweep.files import atomic
from sweep.study.trial_store import TrialRecord

KNOBS = ("learning_rate", "batch_size", "epochs")
COMMAND_FILE = "command.txt"  # in a study's folder: the command line that runs or resumes it


def summarize(name: str, total: int, trials: Iterable[TrialRecord]) -> dict[str, Any]:
    """`summary.json` as a dict: the total asked for, how many agreed, the confusion matrix, and a row per trial."""
    runs = [_run(trial) for trial in sorted(trials, key=lambda trial: trial.number)]
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


def best(trials: Iterable[TrialRecord]) -> TrialRecord | None:
    """The complete trial with the lowest first objective, a healthy one where there is any."""
    complete = [trial for trial in trials if trial.state == "COMPLETE" and trial.values]
    finite = [trial for trial in complete if math.isfinite(trial.values[0])]
    healthy = [trial for trial in finite if trial.info.get("diagnosed") == "healthy"]
    return min(healthy or finite, key=lambda trial: trial.values[0], default=None)


def settings(trial: TrialRecord) -> dict[str, Any]:
    """The trial's parameters; a knob by the value that it had, where the parameter is a factor of a reference."""
    shown = {}
    for name, value in trial.params.items():
        knob = name.rpartition(".")[2]
        if knob in KNOBS and knob in trial.info:
            shown[knob] = trial.info[knob]
        else:
            shown[name] = value
    return shown


def write(summary: dict[str, Any], folder: Path) -> Path:
    """Write `summary.json` into the study's folder."""
    path = folder / "summary.json"
    atomic.write_text(path, json.dumps(summary, indent=2) + "\n")
    return path


def _run(trial: TrialRecord) -> dict[str, Any]:
    info = dict(trial.info)
    known = ("expected", "diagnosed", "confidence", "mlflow_run_id")
    return {
        "trial": trial.number,
        **{key: info.pop(key, None) for key in known},
        "state": trial.state,
        "dir": str(trial.directory),
        "params": dict(trial.params),
        "values": [value if math.isfinite(value) else None for value in trial.values],
        **info,
    }


def misdiagnosed(summary: dict[str, Any]) -> list[dict[str, Any]]:
    """The trials whose verdict is not the expected one, and those that failed."""
    return [
        run
        for run in summary["runs"]
        if run["state"] == "FAIL"
        or (run["expected"] and run["state"] == "COMPLETE" and run["diagnosed"] != run["expected"])
    ]
