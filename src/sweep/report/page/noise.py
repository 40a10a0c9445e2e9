"""Noise between seeds: how far runs of one setting differ, which is how far two runs differ by luck."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

Record = Mapping[str, Any]
LUCK = 2 * math.sqrt(2)
"""Standard deviations of one run within which two runs of one setting differ in 95 of 100 cases."""


class Noise(NamedTuple):
    """Standard deviation of the best validation loss between seeds, pooled over ``settings`` with ``runs`` in all."""

    deviation: float
    settings: int
    runs: int


def of_verdicts(records: Sequence[Record]) -> dict[str, Noise]:
    """The noise among runs of each verdict, and under ``""`` of all runs; empty where no setting has two seeds.

    Healthy runs vary less than erratic ones, hence by verdict; a setting whose seeds differ in verdict counts for all
    runs alone. Pooled as in an analysis of variance: squared deviations over degrees of freedom.
    """
    groups: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        if record["loss"] and math.isfinite(record["loss"]["best"]):
            groups[_setting(record)].append(record)
    repeats = [group for group in groups.values() if len({one["seed"] for one in group}) > 1]
    found: dict[str, Noise] = {}
    for verdict in sorted({"", *(record["verdict"] for record in records)}):
        chosen = [group for group in repeats if not verdict or {one["verdict"] for one in group} == {verdict}]
        if chosen:
            found[verdict] = _pooled(chosen)
    return found


def _pooled(groups: Sequence[Sequence[Record]]) -> Noise:
    squares = 0.0
    for group in groups:
        losses = np.array([one["loss"]["best"] for one in group])
        squares += float(((losses - losses.mean()) ** 2).sum())
    runs = sum(map(len, groups))
    return Noise(math.sqrt(squares / (runs - len(groups))), len(groups), runs)


def _setting(record: Record) -> str:
    """Everything about a run but its seed."""
    knobs = [record["learning_rate"], record["batch_size"], record["epochs"]]
    params = {name: value for name, value in record["params"].items() if name != "seed"}
    return repr(
        (record["study"], record["recipe"], record["regime"], record["remedies"], knobs, sorted(params.items()))
    )
