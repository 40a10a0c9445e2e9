"""The progress of a study: a table that is redrawn on a terminal, plain lines elsewhere."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from sweep.report.summary import best, settings
from sweep.study.events import Began, Ended, Event, Opened, Reported
from sweep.study.trial_store import TrialRecord

STYLES = {"COMPLETE": "green", "PRUNED": "yellow", "FAIL": "red"}
WORDS = {"COMPLETE": "done", "PRUNED": "pruned", "FAIL": "failed"}
SHOWN = 16  # running trials with a row of their own
REDRAWS_PER_SECOND = 4


@dataclass
class RunningTrial:
    """A running trial: when it began, in seconds of any clock, and its last report."""

    params: Mapping[str, Any]
    began: float
    step: int | None = None
    value: float = math.nan
    share: float = 0.0


@dataclass
class ProgressState:
    """What the events so far add up to. `finished_before` trials of `finished` had ended when the study was opened."""

    objectives: tuple[str, ...] = ("val_loss",)
    name: str = ""
    total: int = 0
    finished: list[TrialRecord] = field(default_factory=list)
    running: dict[int, RunningTrial] = field(default_factory=dict)
    began: float = 0.0
    finished_before: int = 0

    def add(self, event: Event, now: float) -> None:
        """Take in one event; `now` is in seconds of any one clock."""
        match event:
            case Opened(name, total, finished):
                self.name = name
                self.total = total
                self.finished = list(finished)
                self.finished_before = len(finished)
                self.began = now
            case Began(number, _, params):
                self.running[number] = RunningTrial(params, now)
            case Reported(number, report, _):
                trial = self.running[number]
                trial.step = report.step
                trial.value = report.value
                trial.share = report.share or 0.0
            case Ended(record):
                self.running.pop(record.number, None)
                self.finished.append(record)

    def seconds_left(self, now: float) -> float | None:
        """The time that the rest takes at the pace so far, at least that of the slowest running trial; None at first.

        The pace is trials per second since the study was opened, with running trials counted by their share.
        """
        under_way = sum(trial.share for trial in self.running.values())
        worked = len(self.finished) - self.finished_before + under_way
        if worked <= 0 or now <= self.began:
            return None
        remaining = max(0.0, self.total - len(self.finished) - under_way)
        at_pace = remaining * (now - self.began) / worked
        each = ((now - trial.began) * (1 / trial.share - 1) for trial in self.running.values() if trial.share)
        return max(at_pace, *each, 0.0)


@contextmanager
def progress_listener(
    console: Console, objectives: tuple[str, ...] = ("val_loss",)
) -> Iterator[Callable[[Event], None]]:
    """Yield a listener for a study, which draws its progress on the console while the block lasts."""
    state = ProgressState(objectives)
    if not console.is_terminal:
        yield lambda event: _print_line(console, state, event)
        return
    live = Live(
        get_renderable=lambda: table(state, time.monotonic()), console=console, refresh_per_second=REDRAWS_PER_SECOND
    )

    def listen(event: Event) -> None:
        state.add(event, time.monotonic())
        if isinstance(event, Opened):  # a study that is refused before shows no table
            live.start()

    try:
        yield listen
    finally:
        live.stop()


def table(state: ProgressState, now: float) -> RenderableType:
    """The state as it is drawn on a terminal: the counts, the running trials and the best one so far."""
    lines: list[RenderableType] = [_counts(state, now), _running(state, now)]
    if len(state.running) > SHOWN:
        lines.append(Text(f"and {len(state.running) - SHOWN} more", style="dim"))
    leader = best(state.finished)
    if leader is not None:
        diagnosed = leader.info.get("diagnosed") or ""
        value = f"{state.objectives[0]} {leader.values[0]:.4g}"
        line = f"best {value}  trial {leader.number:03d}  {diagnosed}".rstrip() + f"  {point(settings(leader))}"
        lines.append(Text(line, style="green" if diagnosed in ("", "healthy") else "yellow"))
    return Group(*lines)


def point(params: Mapping[str, Any]) -> str:
    """Parameters on one line, each by the last part of its name."""
    return "  ".join(f"{name.rpartition('.')[2]}={_short(value)}" for name, value in params.items())


def duration(seconds: float) -> str:
    """A time in the unit that suits it."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"


def _counts(state: ProgressState, now: float) -> Text:
    counts: Counter[str] = Counter(trial.state for trial in state.finished)
    parts: list[tuple[str, str]] = [(f"{state.name}  ", "bold"), (f"{len(state.running)} running", "cyan")]
    for name, word in WORDS.items():
        parts.append((f"  {counts[name]} {word}", STYLES[name] if counts[name] else "dim"))
    parts.append((f"  of {state.total}", ""))
    left = _time_left(state, now)
    if left:
        parts.append((f"  {left}", "dim"))
    return Text.assemble(*parts)


def _running(state: ProgressState, now: float) -> Table:
    grid = Table.grid(padding=(0, 2))
    for number, trial in sorted(state.running.items())[:SHOWN]:
        grid.add_row(
            Text(f"{number:03d}", style="cyan"),
            Text(point(trial.params), overflow="ellipsis", no_wrap=True),
            ProgressBar(total=1.0, completed=trial.share, width=20),
            Text("" if trial.step is None else f"step {trial.step}", style="dim"),
            Text("" if math.isnan(trial.value) else f"{state.objectives[0]} {trial.value:.4g}"),
            Text(duration(now - trial.began), style="dim"),
        )
    return grid


def _time_left(state: ProgressState, now: float) -> str:
    left = state.seconds_left(now)
    if left is None or len(state.finished) >= state.total:
        return ""
    return f"about {duration(left)} left"


def _print_line(console: Console, state: ProgressState, event: Event) -> None:
    """Print the line of an event, where it has one."""
    now = time.monotonic()
    before = state.running.get(event.trial.number) if isinstance(event, Ended) else None
    state.add(event, now)
    match event:
        case Opened(name, total, finished):
            done = f", {len(finished)} of them done before" if finished else ""
            line = f"study {name}: {total} trial{'s' if total > 1 else ''}{done}"
        case Ended(trial):
            took = "" if before is None else duration(now - before.began)
            line = _ended_line(state, trial, took, now)
        case _:
            return
    console.print(line, markup=False, highlight=False, soft_wrap=True)


def _ended_line(state: ProgressState, trial: TrialRecord, took: str, now: float) -> str:
    values = zip(state.objectives, trial.values, strict=False)  # a failed trial has none
    count = f"{len(state.finished)} of {state.total}"
    left = _time_left(state, now)
    facts = [
        f"trial {trial.number:03d} {WORDS[trial.state]}",
        point(settings(trial)),
        ", ".join(f"{name} {value:.4g}" for name, value in values),
        str(trial.info.get("error") or trial.info.get("diagnosed") or ""),
        took,
        f"[{count}, {left}]" if left else f"[{count}]",
    ]
    return "  ".join(fact for fact in facts if fact)


def _short(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)
