"""A history with its verdict, and in words how its log was understood."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sweep.cli.printable import printable
from sweep.diagnosis import Baseline, Diagnosis, Replay, diagnose
from sweep.diagnosis import replay as replayed
from sweep.readers import History

SOUND = ("healthy", "inconclusive")
NAMED = 8
"""Names that were passed over and are shown."""


@dataclass(frozen=True)
class Judged:
    """A history, its verdict, and what a watched run would have been told where that was asked."""

    history: History
    diagnosis: Diagnosis
    replay: Replay | None

    def to_dict(self) -> dict[str, Any]:
        """The keys of ``diagnosis.json``; in front of them where the history is from, behind them how it was read."""
        history = self.history
        told = {"source": history.source, "id": history.id, **self.diagnosis.to_dict(), "expected": None}
        told |= {"columns": dict(history.columns), "points": history.points}
        told |= {"passed_over": list(history.passed_over), "notes": list(history.notes), "part": history.part or None}
        if self.replay is not None:
            told |= {"stop_at": self.replay.stop_at, "best_at": self.replay.best_at}
        return told

    @property
    def understood(self) -> str:
        """Which name of the log became which series, with the number of points."""
        points = self.history.points
        told = [f"{ours} from {theirs!r} ({points[ours]})" for ours, theirs in self.history.columns.items()]
        return printable(", ".join(told) or "nothing")

    @property
    def passed_over(self) -> str:
        """The names of the log that became no series; "" where there are none."""
        names = self.history.passed_over
        rest = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        return printable(", ".join(names[:NAMED]) + rest)


def judge(history: History, baseline: Baseline | None, replay: bool = False) -> Judged:
    """Diagnose a history; where its loss has parts and no total, the part that is worst off stands for it."""
    readings = [history, *history.parts.values()]
    verdicts = [diagnose(reading.curves, baseline) for reading in readings]
    worst = max(range(len(readings)), key=lambda place: _trouble(verdicts[place]))  # of equals the first
    chosen = readings[worst]
    if worst:
        told = f"{chosen.part} is the part of the loss that is worst off: the verdict is on it"
        chosen = replace(chosen, notes=(*history.notes, told), passed_over=history.passed_over)
    return Judged(chosen, verdicts[worst], replayed(chosen.curves, baseline) if replay else None)


def _trouble(diagnosis: Diagnosis) -> float:
    return 0.0 if diagnosis.regime in SOUND else diagnosis.confidence
