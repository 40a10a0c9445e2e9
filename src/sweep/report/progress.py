"""What a study is doing while it does it: a table that moves on a terminal, plain lines elsewhere."""

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
from sweep.study.run import Began, Ended, Event, Opened, Reported, Row

STYLE = {"COMPLETE": "green", "PRUNED": "yellow", "FAIL": "red"}
WORDS = {"COMPLETE": "done", "PRUNED": "pruned", "FAIL": "failed"}
SHOWN = 16


@dataclass
class Running:
    """A trial under way."""

    params: Mapping[str, Any]
    began: float
    step: int | None = None
    value: float = math.nan
    share: float = 0.0


@dataclass
class Board:
    """What the events so far amount to; values are of the objectives. Times are seconds of any one clock."""

    objectives: tuple[str, ...] = ("val_loss",)
    name: str = ""
    total: int = 0
    rows: list[Row] = field(default_factory=list)
    running: dict[int, Running] = field(default_factory=dict)
    began: float = 0.0
    before: int = 0

    def take(self, event: Event, now: float) -> None:
        """Fold one event in."""
        match event:
            case Opened(name, total, rows):
                self.name, self.total, self.rows, self.before, self.began = name, total, list(rows), len(rows), now
            case Began(number, _, params):
                self.running[number] = Running(params, now)
            case Reported(number, report, _):
                trial = self.running[number]
                trial.step, trial.value, trial.share = report.step, report.value, report.share or 0.0
            case Ended(row):
                self.running.pop(row.number, None)
                self.rows.append(row)

    def left(self, now: float) -> float | None:
        """Seconds that the rest will take at the pace so far, or the slowest running trial; None before any pace."""
        under_way = sum(trial.share for trial in self.running.values())
        worked = len(self.rows) - self.before + under_way
        if worked <= 0 or now <= self.began:
            return None
        at_pace = max(0.0, self.total - len(self.rows) - under_way) * (now - self.began) / worked
        alone = ((now - trial.began) * (1 / trial.share - 1) for trial in self.running.values() if trial.share)
        return max(at_pace, *alone, 0.0)


@contextmanager
def watching(console: Console, objectives: tuple[str, ...] = ("val_loss",)) -> Iterator[Callable[[Event], None]]:
    """A listener for `sweep.study.run`, which shows the study on this console while the context lasts."""
    board = Board(objectives)
    if not console.is_terminal:
        yield lambda event: _line(console, board, event)
        return
    live = Live(get_renderable=lambda: table(board, time.monotonic()), console=console, refresh_per_second=4)

    def listen(event: Event) -> None:
        board.take(event, time.monotonic())
        if isinstance(event, Opened):  # a study that is refused before shows no table
            live.start()

    try:
        yield listen
    finally:
        live.stop()


def table(board: Board, now: float) -> RenderableType:
    """The board as it is drawn on a terminal."""
    counts: Counter[str] = Counter(row.state for row in board.rows)
    parts: list[tuple[str, str]] = [(f"{board.name}  ", "bold"), (f"{len(board.running)} running", "cyan")]
    parts += [(f"  {counts[state]} {word}", STYLE[state] if counts[state] else "dim") for state, word in WORDS.items()]
    parts += [(f"  of {board.total}", "")]
    if (left := board.left(now)) is not None and len(board.rows) < board.total:
        parts += [(f"  about {duration(left)} left", "dim")]
    grid = Table.grid(padding=(0, 2))
    for number, trial in sorted(board.running.items())[:SHOWN]:
        grid.add_row(
            Text(f"{number:03d}", style="cyan"),
            Text(point(trial.params), overflow="ellipsis", no_wrap=True),
            ProgressBar(total=1.0, completed=trial.share, width=20),
            Text("" if trial.step is None else f"step {trial.step}", style="dim"),
            Text("" if math.isnan(trial.value) else f"{board.objectives[0]} {trial.value:.4g}"),
            Text(duration(now - trial.began), style="dim"),
        )
    lines: list[RenderableType] = [Text.assemble(*parts), grid]
    if len(board.running) > SHOWN:
        lines.append(Text(f"and {len(board.running) - SHOWN} more", style="dim"))
    if row := best(board.rows):
        said = row.info.get("diagnosed") or ""
        value = f"{board.objectives[0]} {row.values[0]:.4g}"
        line = f"best {value}  trial {row.number:03d}  {said}".rstrip() + f"  {point(settings(row))}"
        lines.append(Text(line, style="green" if said in ("", "healthy") else "yellow"))
    return Group(*lines)


def point(params: Mapping[str, Any]) -> str:
    """Parameters on one line, each by the last part of its name."""
    return "  ".join(f"{name.rpartition('.')[2]}={_short(value)}" for name, value in params.items())


def duration(seconds: float) -> str:
    """A time that a person reads at a glance."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"


def _short(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _line(console: Console, board: Board, event: Event) -> None:
    now = time.monotonic()
    took = None
    if isinstance(event, Ended) and event.row.number in board.running:
        took = now - board.running[event.row.number].began
    board.take(event, now)
    match event:
        case Opened(name, total, rows):
            done = f", {len(rows)} of them done before" if rows else ""
            _say(console, f"study {name}: {total} trial{'s' if total > 1 else ''}{done}")
        case Ended(row):
            left = board.left(now)
            facts = [
                f"trial {row.number:03d} {WORDS[row.state]}",
                point(settings(row)),
                ", ".join(f"{key} {value:.4g}" for key, value in zip(board.objectives, row.values, strict=False)),
                str(row.info.get("error") or row.info.get("diagnosed") or ""),
                duration(took) if took is not None else "",
                f"[{len(board.rows)} of {board.total}"
                + (f", about {duration(left)} left]" if left and len(board.rows) < board.total else "]"),
            ]
            _say(console, "  ".join(fact for fact in facts if fact))


def _say(console: Console, line: str) -> None:
    console.print(line, markup=False, highlight=False, soft_wrap=True)
