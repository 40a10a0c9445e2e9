"""The runs of a study as its folder holds them, finished or not."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml
from filelock import FileLock, Timeout

from sweep.curves import Curves
from sweep.diagnosis import diagnose, replay
from sweep.errors import ConfigError
from sweep.report.page.content import Page, PageRun, Part
from sweep.report.page.records import KNOBS
from sweep.report.summary import COMMAND_FILE
from sweep.study.importance import importances
from sweep.study.trial_store import TrialRecord

Facts = Mapping[str, Any]
RUNNING = "RUNNING"
PICTURES = {"cures": "cures.png", "audit": "audit.png", "treatment": "treatment.png"}
MOST_FOR_IMPORTANCE = 300
"""Trials that are enough for the importance of parameters."""


def page_of_summary(summary: Facts, folder: Path, extra: Facts) -> Page:
    """The page of a study that has just ended; ``extra`` holds ``best``, ``importances`` and ``parts``."""
    rows = summary["runs"]
    best = extra.get("best")
    return Page(
        title=str(summary["study"]),
        runs=runs(rows, folder),
        size=len(rows),
        total=summary["trials"],
        command=_command(folder),
        parts=list(extra.get("parts") or ()),
        importances=extra.get("importances") or {},
        best=label(best) if best else "",
        advice=_sentence(summary.get("advice") or ""),
    )


def page_of_folder(folder: Path) -> Page:
    """The page of a study by its folder, at any time: also while it runs, or after it was killed.

    Raises:
        ConfigError: The folder is not a study's.
    """
    summary = _summary(folder)
    known = {int(row["trial"]): row for row in summary.get("runs") or ()}
    places = _trial_folders(folder)
    if not summary and not places and not (folder / ".lock").exists():
        raise ConfigError(
            "study", f"is {folder}, which holds neither summary.json nor the folder of a trial: name a study's folder"
        )
    running = is_running(folder)
    rows = [known.get(number) or _row(number, places[number], running) for number in sorted({*known, *places})]
    best = _recommended(rows, summary)
    return Page(
        title=str(summary.get("study") or folder.resolve().name),
        runs=runs(rows, folder),
        size=len(rows),
        total=summary.get("trials") if not running else None,
        command=_command(folder),
        as_of=f"{datetime.now().astimezone():%Y-%m-%d %H:%M:%S}" if running else "",
        parts=_parts(summary, folder),
        importances=_importances(rows, folder),
        best=label(best) if best else "",
        advice=_sentence(summary.get("advice") or ""),
    )


def runs(rows: Sequence[Facts], folder: Path) -> Iterator[PageRun]:
    """Every run with its files, one in memory at a time. A file that cannot be read is a problem of its run alone."""
    for facts in rows:
        place = folder / Path(str(facts["dir"])).name
        curves, problem = _curves(place, facts)
        if facts.get("learning_rate") is None:  # a trial that failed states no settings: its files do
            facts = {**facts, **_settings(place)}
        told: Facts = {}
        try:
            told = json.loads((place / "diagnosis.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            pass
        except (OSError, ValueError) as error:
            problem = problem or f"diagnosis.json cannot be read: {error}"
        alerts = alerts_so_far(curves) if facts["state"] == RUNNING else ()
        yield PageRun(label(facts), folder.resolve().name, facts, told, curves, problem, alerts)


def alerts_so_far(curves: Curves) -> list[str]:
    """What the monitor has said of a run that still trains, and the verdict that its curves have by now."""
    if not any(len(curves[name]) for name in curves):
        return ["No point has been recorded yet."]
    alerts = [f"step {alert.step:g}: {alert.text}" for alert in replay(curves).alerts]
    return [f"Still training; by now its curves are {diagnose(curves).regime}.", *alerts]


def is_running(folder: Path) -> bool:
    """Whether a process holds the study: the lock is the operating system's, and ends with its process."""
    path = folder / ".lock"
    if not path.exists():
        return False
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except (Timeout, OSError):
        return True
    lock.release()
    return False


def label(facts: Facts) -> str:
    """A trial's name: that of its folder."""
    return f"{facts['trial']:03d}"


def _curves(place: Path, facts: Facts) -> tuple[Curves, str]:
    try:
        return Curves.from_csv((place / "curves.csv").read_text(encoding="utf-8")), ""
    except FileNotFoundError:
        missing = f"{place} has no curves.csv" if facts["state"] in ("COMPLETE", "PRUNED") else ""
        return Curves({}), missing
    except (OSError, ValueError) as error:
        return Curves({}), f"{place / 'curves.csv'} cannot be read: {error}"


def _command(folder: Path) -> str:
    file = folder / COMMAND_FILE
    return file.read_text(encoding="utf-8").strip() if file.is_file() else ""


def _summary(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise ConfigError(str(folder / "summary.json"), f"is not valid JSON ({error}): run the study again") from error
    return dict(found)


def _trial_folders(folder: Path) -> dict[int, Path]:
    return {int(path.name): path for path in folder.iterdir() if path.name.isdigit() and path.is_dir()}


def _row(number: int, place: Path, running: bool) -> dict[str, Any]:
    """A trial that no summary has yet: by its result, else by its settings."""
    row: dict[str, Any] = {"trial": number, "dir": str(place), "params": {}, "values": [], "diagnosed": None}
    try:
        result = json.loads((place / "result.json").read_text(encoding="utf-8"))
        return {**row, "state": result["state"], "values": result["values"], **result["info"]}
    except (OSError, ValueError, KeyError):
        pass
    error = place / "error.txt"
    if error.is_file():
        lines = error.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return {**row, "state": "FAIL", "error": lines[-1] if lines else "failed", **_settings(place)}
    return {**row, "state": RUNNING if running else "STOPPED", **_settings(place)}


def _settings(place: Path) -> dict[str, Any]:
    try:
        config = yaml.safe_load((place / "config.yaml").read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError):
        return {}
    train = config.get("train") or {}
    return {
        "recipe": (config.get("recipe") or {}).get("name"),
        "seed": config.get("seed"),
        "regime": config.get("regime"),
        "expected": config.get("expected"),
        "remedies": [one["remedy"] for one in config.get("remedies") or ()],
        **{knob: train.get(knob) for knob in KNOBS},
    }


def _recommended(rows: Sequence[Facts], summary: Facts) -> Facts | None:
    """The run that the summary recommends, by its knobs."""
    wanted = summary.get("recommended")
    if not wanted:
        return None
    alike = [row for row in rows if all(row.get(knob) == wanted[knob] for knob in KNOBS)]
    known = [row for row in alike if row.get("values") and row["values"][0] is not None]
    return min(known, key=lambda row: row["values"][0], default=None)


def _importances(rows: Sequence[Facts], folder: Path) -> dict[str, float]:
    if any(row.get("expected") for row in rows):
        return {}
    step = max(1, -(-len(rows) // MOST_FOR_IMPORTANCE))
    records = [
        TrialRecord(row["trial"], row["params"], row["state"], tuple(row["values"]), {}, folder, 1)
        for row in rows[::step]
        if row["state"] == "COMPLETE" and row["values"] and None not in row["values"]
    ]
    return importances(records)


def _parts(summary: Facts, folder: Path) -> list[Part]:
    """Tables that a kind of study left in its summary, as they stand there."""
    made = []
    for key, picture in PICTURES.items():
        found = summary.get(key)
        rows = (found.get("runs") if isinstance(found, dict) else found) or []
        if rows:
            head = [name for name in rows[0] if not isinstance(rows[0][name], dict | list)]
            table = [
                [name.replace("_", " ") for name in head],
                *([_text(row.get(name)) for name in head] for row in rows),
            ]
            made.append(Part(key.capitalize(), "", folder / picture, table))
    return made


def _text(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
