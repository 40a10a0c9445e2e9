"""What `sweep.diagnose` prints: one JSON list, panels for a few runs, tables for many, pictures."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

from sweep.cli.judgement import Judged
from sweep.cli.printable import printable
from sweep.diagnosis import Diagnosis
from sweep.readers import History
from sweep.regimes import NAMES

FEW = 3
"""Runs that are shown each in a panel of its own."""
PAGE = 200
"""Runs that are put into one table, so that memory does not grow with their number."""
PICTURES = 100
"""Runs that are drawn."""
READINGS = 5
"""Ways in which logs were understood that are shown below a table."""


def write_json(results: Iterator[Judged], out: IO[str]) -> int:
    """Write one JSON list, an object per history, as they come; returns how many."""
    count = 0
    out.write("[")
    try:
        for judged in results:
            out.write(",\n" if count else "\n")
            out.write(json.dumps(judged.to_dict(), allow_nan=False))
            count += 1
    finally:
        out.write("\n]\n")
    return count


def show(results: Iterator[Judged]) -> int:
    """Panels where the runs are few, tables where they are more; returns how many."""
    count = 0
    page: list[Judged] = []
    readings: Counter[str] = Counter()
    for judged in results:
        count += 1
        page.append(judged)
        if len(page) == PAGE:
            _table(page, first=count == PAGE, readings=readings)
            page = []
    if count <= FEW:
        for judged in page:
            panel(judged)
        return count
    if page:
        _table(page, first=count <= PAGE, readings=readings)
    _tell_readings(readings)
    return count


def panel(judged: Judged) -> None:
    """Print one run: verdict, why, what to try, and how its log was understood."""
    from rich.console import Console
    from rich.markup import escape

    from sweep.report.terminal import panel as drawn

    places = {"log": printable(judged.history.source), "read": judged.understood}
    if judged.passed_over:
        places["passed over"] = judged.passed_over
    if judged.history.notes:
        places["note"] = printable("; ".join(judged.history.notes))
    if judged.replay:
        told = judged.replay
        for alert in told.alerts:
            when = f"at step {alert.step:g}"
            places[when] = f"{places[when]}; {alert.text}" if when in places else alert.text
        places["stop at"] = "never" if told.stop_at is None else f"evaluation {told.stop_at} (the first is 0)"
        places["best at"] = "unknown" if told.best_at is None else f"evaluation {told.best_at}"
    Console().print(drawn(judged.diagnosis.to_dict(), escape(printable(judged.history.id)), places))


def _table(page: Sequence[Judged], first: bool, readings: Counter[str]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from sweep.regimes import VERDICTS

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=first, expand=True, header_style="bold")
    table.add_column("run", ratio=2, no_wrap=True)
    table.add_column("verdict", width=max(map(len, NAMES)))
    table.add_column("sure", justify="right", width=4)
    if page[0].replay:
        table.add_column("stop", justify="right", width=6)
        table.add_column("best", justify="right", width=6)
    table.add_column("why", ratio=5)
    for judged in page:
        found = judged.diagnosis
        readings[f"{judged.understood}|{judged.passed_over}"] += 1 if len(readings) < PAGE else 0
        points = (judged.replay.stop_at, judged.replay.best_at) if judged.replay else ()
        table.add_row(
            Text(printable(judged.history.id)),
            Text(found.regime, VERDICTS[found.regime].style),
            f"{min(found.confidence, 0.99):.0%}",  # as in the panel: nothing read from curves is certain
            *("-" if at is None else str(at) for at in points),
            Text(str(found.findings[0].text if found.findings else found.trend.get("text", ""))),
        )
    Console().print(table)


def _tell_readings(readings: Counter[str]) -> None:
    """Below a table: how the logs were understood, the most frequent way first."""
    from rich.console import Console
    from rich.text import Text

    lines = [Text()]
    for reading, count in readings.most_common(READINGS):
        understood, _, passed_over = reading.partition("|")
        over = f"; passed over: {passed_over}" if passed_over else ""
        lines.append(Text(f"read in {count} of them: {understood}{over}", "dim"))
    if len(readings) > READINGS:
        lines.append(Text("and in other ways: --json tells of each run", "dim"))
    for line in lines:
        Console().print(line)


def drawn(results: Iterator[Judged], file: Path) -> Iterator[Judged]:
    """The same results, each drawn on its way: into ``file``, and from the second on into ``file`` with a number."""
    from sweep.report.figures.learning_curves import draw, save

    for number, judged in enumerate(results, start=1):
        place = file if number == 1 else file.with_stem(f"{file.stem}-{number}")
        if number <= PICTURES:
            save(draw(judged.history.curves, judged.diagnosis, printable(judged.history.id)), place)
        elif number == PICTURES + 1:
            print(f"sweep.diagnose: --plot: only the first {PICTURES} runs are drawn", file=sys.stderr)
        yield judged


def reported(results: Iterator[Judged], file: Path) -> Iterator[Judged]:
    """The same results, and when all have passed a page of them in ``file``."""
    from sweep.report.page import write_histories

    passed: list[tuple[History, Diagnosis]] = []
    for judged in results:
        passed.append((judged.history, judged.diagnosis))
        yield judged
    write_histories(passed, file)
