"""The page of histories that readers found: foreign logs, or the runs of an MLflow experiment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sweep.diagnosis import Diagnosis, diagnose
from sweep.readers import History, Problem
from sweep.readers.base import Note
from sweep.report.page.content import Page, PageRun
from sweep.report.page.records import KNOBS
from sweep.report.page.study_folder import RUNNING, alerts_so_far

Item = tuple[History, Diagnosis]


def page_of_histories(items: Iterable[Item], title: str, command: str = "", notices: Sequence[str] = ()) -> Page:
    """A page of diagnosed histories, read once and in their order."""
    known = list(items)
    return Page(title=title, runs=_runs(known), size=len(known), total=len(known), command=command, notices=notices)


def diagnosed(found: Iterable[History | Problem], problems: list[str]) -> Iterator[Item]:
    """Every history with its verdict; what cannot be read is appended to ``problems``, a sentence each."""
    for item in found:
        if isinstance(item, Problem):
            if not isinstance(item, Note):
                problems.append(str(item))
        else:
            yield item, diagnose(item.curves)


def _runs(items: Sequence[Item]) -> Iterator[PageRun]:
    ids = [str(history.id) for history, _ in items]
    for (history, diagnosis), name in zip(items, ids, strict=True):
        facts = _facts(history.facts)
        running = facts.get("state") == RUNNING
        label = name if ids.count(name) == 1 else f"{history.source}: {name}"
        told = {} if running else diagnosis.to_dict()
        recorded = history.facts.get("sweep.diagnosed")
        if told and recorded not in (None, told["regime"]):
            facts["notes"] = [f"Its study, which knew what a constant predictor reaches, diagnosed it as {recorded}."]
        alerts = alerts_so_far(history.curves) if running else ()
        study = history.facts.get("sweep.study", history.source)
        yield PageRun(facts.pop("label", label), study, facts, told, history.curves, "", alerts)


def _facts(logged: Mapping[str, str]) -> dict[str, Any]:
    """What a tracker has beside the curves, under the names of a row of `summary.json`."""
    if not logged:
        return {}
    facts: dict[str, Any] = {
        "recipe": logged.get("sweep.recipe"),
        "expected": logged.get("sweep.expected") or None,
        "seed": _value(logged.get("sweep.seed") or logged.get("seed")),
        "remedies": [name for name in logged.get("sweep.remedies", "").split(",") if name],
        "state": {"RUNNING": RUNNING, "FAILED": "FAIL", "KILLED": "FAIL"}.get(logged.get("status", ""), "COMPLETE"),
    }
    if "sweep.trial" in logged:
        facts["label"] = f"{logged['sweep.study']}/{int(logged['sweep.trial']):03d}"
    for knob in (*KNOBS, "seconds"):
        facts[knob] = _value(logged.get(f"train.{knob}") or logged.get(knob))
    return facts


def _value(text: str | None) -> float | int | str | None:
    if text is None:
        return None
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
