"""What a study tells a listener while it runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sweep.executors.base import Report
from sweep.study.trial_store import Row


@dataclass(frozen=True)
class Checked:
    """The study can be run as asked, and is open in its storage; nothing of an earlier run is settled yet.

    The moment to open what `recover` and `abandon` need: all that can be refused has been refused.
    """

    name: str
    total: int


@dataclass(frozen=True)
class Opened:
    """The study begins or goes on: `rows` are already done."""

    name: str
    total: int
    rows: Sequence[Row]


@dataclass(frozen=True)
class Began:
    """An attempt at a trial starts."""

    number: int
    attempt: int
    params: Mapping[str, Any]


@dataclass(frozen=True)
class Reported:
    """A running trial's objective at a step, and whether it was told to stop."""

    number: int
    report: Report
    pruned: bool


@dataclass(frozen=True)
class Ended:
    """A trial has its result."""

    row: Row


Event = Checked | Opened | Began | Reported | Ended
