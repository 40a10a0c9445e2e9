"""Tables with several runs side by side: a column per run, or a column per run and metric."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np

from sweep.readers.column_mapping import Raw
from sweep.readers.column_names import SETTING, is_clock, parse

CHART = re.compile(r"^(?P<run>.+?) - (?P<metric>[^ ].*?)(?P<edge>__MIN|__MAX)?$")
"""How W&B exports a chart: ``calm-sun-3 - val_loss``, beside its MIN and MAX over the runs of a group."""
ALIKE = 4.0
"""How many times larger one run may begin than another where nothing but numbers says that they are runs."""


class Split(NamedTuple):
    """The series of each run, by its label ("" where there is but one), and what was guessed, a sentence or ""."""

    runs: dict[str, Raw]
    guess: str


def by_run(raw: Raw, counted: bool) -> Split:
    """The series of each run under the names of their metrics. ``counted``: the table has a clock."""
    names = [name for name in raw if not is_clock(name)]
    tellers: list[Callable[[Raw, list[str]], Split | None]] = [_charted, _with_settings]
    if counted:
        tellers.append(_named_by_runs)
    for tell in tellers:
        found = tell(raw, names)
        if found is not None:
            return found
    return Split({"": raw}, "")


def _charted(raw: Raw, names: list[str]) -> Split | None:
    found = {name: match for name in names if (match := CHART.match(name))}
    if not any(match["edge"] for match in found.values()) and len(found) < 2:
        return None
    columns = ((match["run"], match["metric"], name) for name, match in found.items() if not match["edge"])
    return Split(_grouped(raw, columns), "")


def _with_settings(raw: Raw, names: list[str]) -> Split | None:
    """Columns whose names differ in a setting: ``lr_0.001, lr_0.01`` or ``loss_seed1, loss_seed2``."""
    found = {name: match for name in names if (match := SETTING.search(name))}
    others = [name for name in names if name not in found and _measures(name)]
    labels = {match[0].strip(" _()") for match in found.values()}
    if len(labels) < 2 or others or _schedules(found.values()):
        return None
    columns = []
    for name, match in found.items():
        metric = (name[: match.start()] + name[match.end() :]).strip(" _/(),-")
        columns.append((match[0].strip(" _()"), metric if parse(metric) else "loss", name))
    sure = all(metric != "loss" or "loss" in name.lower() for _, metric, name in columns)
    return Split(
        _grouped(raw, columns), "" if sure else f"each of the columns {_some(found)} is read as the loss of a run"
    )


def _measures(name: str) -> bool:
    what = parse(name)
    return what is not None and what.metric not in ("learning_rate", "grad_norm")


def _schedules(found: Iterable[re.Match[str]]) -> bool:
    """Whether the columns are the learning rates of numbered groups of parameters, ``lr_0, lr_1``."""
    matches = list(found)
    return all(m["knob"].lower() in ("lr", "learning rate", "learning_rate") and m["value"].isdigit() for m in matches)


def _named_by_runs(raw: Raw, names: list[str]) -> Split | None:
    """Columns beside a clock whose names say nothing, and whose numbers all fall from about the same start."""
    if len(names) < 2 or any(parse(name) for name in names):
        return None
    firsts = list[float]()
    for name in names:
        values = np.asarray(raw[name][1], dtype=float)
        if values.size < 3 or not (values > 0).all() or values[-1] >= values[0]:
            return None
        firsts.append(float(values[0]))
    if max(firsts) > ALIKE * min(firsts):
        return None
    return Split(
        _grouped(raw, ((name, "loss", name) for name in names)),
        f"each of the columns {_some(names)} is read as the loss of a run, as all fall from about the same start",
    )


def _grouped(raw: Raw, columns: Iterable[tuple[str, str, str]]) -> dict[str, Raw]:
    """The runs from triples of a run's label, a metric and the name of its column."""
    runs: dict[str, dict[str, tuple[object, object]]] = {}
    for run, metric, name in columns:
        runs.setdefault(run, {})[metric] = raw[name]
    return dict(runs)


def _some(names: Iterable[str]) -> str:
    listed = list(names)
    return ", ".join(listed[:4]) + (", ..." if len(listed) > 4 else "")
