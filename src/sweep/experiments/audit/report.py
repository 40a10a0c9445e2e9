"""The audit's outcome: each diagnosis from curves against the verdict of the interventions on the test split."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sweep.experiments.audit import rule
from sweep.regimes import MIXED, VERDICTS
from sweep.report import page
from sweep.report import summary as summaries
from sweep.report.figures import learning_curves
from sweep.study.run import StudyResult
from sweep.study.trial_store import folder_name

Summary = dict[str, Any]
Run = Mapping[str, Any]
LOOKS = {**VERDICTS, MIXED.name: MIXED}


def write(name: str, result: StudyResult, folder: Path) -> tuple[Summary, list[Path]]:
    """Write `summary.json` with its `audit`, `audit.png` and `report.html`; the summary and the files."""
    summary = summaries.summarize(name, result.total, result.trials)
    summary["audit"] = outcome(summary["runs"])
    files = [summaries.write(summary, folder)]
    extra: dict[str, Any] = {}
    audited = summary["audit"]["runs"]
    if audited:
        picture = folder / "audit.png"
        learning_curves.save(draw(summary["runs"], audited, name), picture)
        files.append(picture)
        matrix = page.Part("Diagnosis and intervention", sentence(summary["audit"]), picture, cells(summary["audit"]))
        extra["parts"] = [matrix, *(_part(row, folder) for row in disagreements(audited))]
    report = folder / "report.html"
    report.write_text(page.render(summary, folder, extra), encoding="utf-8")
    return summary, [*files, report]


def outcome(runs: Sequence[Run]) -> dict[str, Any]:
    """Both verdicts on every audited run: `margin`, `agreed` of `judged` that are not mixed, `confusion`, `runs`."""
    known = [(run, rule.numbers(run["audit"])) for run in runs if run.get("audit") and run["diagnosed"]]
    margin = rule.margin(losses for _, losses in known)
    rows = [_row(run, losses, margin) for run, losses in known]
    confusion: dict[str, dict[str, int]] = {}
    for row in rows:
        counts = confusion.setdefault(row["intervened"], {})
        counts[row["diagnosed"]] = counts.get(row["diagnosed"], 0) + 1
    separate = [row for row in rows if row["intervened"] != MIXED.name]
    return {
        "margin": margin,
        "judged": len(separate),
        "agreed": sum(row["diagnosed"] == row["intervened"] for row in separate),
        "mixed": len(rows) - len(separate),
        "confusion": confusion,
        "runs": rows,
    }


def disagreements(rows: Sequence[Run]) -> list[Run]:
    """The runs with two different verdicts, without the mixed ones."""
    return [row for row in rows if row["intervened"] not in (MIXED.name, row["diagnosed"])]


def sentence(found: Mapping[str, Any]) -> str:
    """The outcome in a line."""
    share = f" ({found['agreed'] / found['judged']:.0%})" if found["judged"] else ""
    return (
        f"{found['agreed']} of {found['judged']} agree{share}, {found['mixed']} mixed; "
        f"a clear gain is more than {100 * math.expm1(found['margin']):.0f} % of the test loss"
    )


def cells(found: Mapping[str, Any]) -> list[list[str]]:
    """The confusion matrix as text, its head first."""
    confusion = found["confusion"]
    columns = [name for name in LOOKS if any(name in counts for counts in confusion.values())]
    table = [["by intervention \\ diagnosed", *columns]]
    for name in LOOKS:
        if name in confusion:
            table.append([name, *(str(confusion[name].get(column, 0) or "·") for column in columns)])
    return table


def draw(runs: Sequence[Run], judged: Sequence[Run], name: str) -> Figure:
    """The map of regimes twice, epochs against learning rate: by diagnosis, and by intervention."""
    figure = Figure(figsize=(10, 4.4), layout="constrained")
    FigureCanvasAgg(figure)
    places = {run["trial"]: (run["learning_rate"], run["epochs"]) for run in runs}
    wrong = {row["trial"] for row in disagreements(judged)}
    grid = figure.subplots(1, 2, sharex=True, sharey=True)
    for axes, key, title in zip(grid, ("diagnosed", "intervened"), ("by diagnosis", "by intervention"), strict=True):
        for row in judged:
            x, y = places[row["trial"]]
            look = LOOKS[row[key]]
            edge = learning_curves.INK if row["trial"] in wrong else "white"
            axes.scatter(x, y, s=64, color=look.colour, marker=look.marker, edgecolors=edge, linewidths=1.2)
        axes.set(xscale="log", yscale="log", xlabel="learning rate", title=title)
        axes.grid(alpha=0.25, linewidth=0.6)
        axes.spines[["top", "right"]].set_visible(False)
    grid[0].set_ylabel("epochs")
    shown = {row[key] for row in judged for key in ("diagnosed", "intervened")}
    figure.legend(handles=_marks(shown), loc="outside right center", frameon=False)
    figure.suptitle(name, color=learning_curves.INK, fontweight="bold")
    return figure


def _marks(regimes: Collection[str]) -> list[Line2D]:
    """The legend of the maps: a mark for each regime, and the edge of those that differ."""
    marks = [
        Line2D([], [], linestyle="none", color=look.colour, marker=look.marker, label=name)
        for name, look in LOOKS.items()
        if name in regimes
    ]
    edge = learning_curves.INK
    return [*marks, Line2D([], [], linestyle="none", color="white", marker="o", markeredgecolor=edge, label="differ")]


def show(summary: Summary, stopped: str | None, folder: Path, console: Console) -> None:
    """The matrix, the disagreements by name, and where to look."""
    found = summary["audit"]
    head, *body = cells(found)
    table = Table(*head, box=None, padding=(0, 2), pad_edge=False)
    for line in body:
        table.add_row(Text(line[0], style=LOOKS[line[0]].style), *line[1:])
    console.print(table)
    console.print(sentence(found), highlight=False)
    for row in disagreements(found["runs"]):
        place = folder / f"{row['trial']:03d}" / "curves.png"
        text = f"trial {row['trial']:03d} {row['intervened']} by intervention, read as {row['diagnosed']}  {place}"
        console.print(Text(text, style="red"), soft_wrap=True)
    if stopped:
        console.print(Text(f"stopped: {stopped}", style="red"), soft_wrap=True)
    console.print(Text.assemble(("report  ", "dim"), str(folder / "report.html")), soft_wrap=True)


def status(summary: Summary, stopped: str | None) -> int:
    """The exit status: 0 where every run came to its end; a disagreement is a result."""
    return 1 if stopped or any(run["state"] == "FAIL" for run in summary["runs"]) else 0


def _row(run: Run, losses: rule.Losses, margin: float) -> dict[str, Any]:
    gains = asdict(rule.gains(losses))
    return {
        "trial": run["trial"],
        "recipe": run["recipe"],
        "diagnosed": run["diagnosed"],
        "intervened": rule.judge(losses, margin),
        "gains": {kind: gain if math.isfinite(gain) else None for kind, gain in gains.items()},
    }


def _part(row: Run, folder: Path) -> page.Part:
    """A disagreement for the page."""
    gains = ", ".join(f"{kind} {value}" for kind, value in _gains(row).items())
    text = f"diagnosed {row['diagnosed']}, by intervention {row['intervened']}; gains: {gains}"
    curves = folder / folder_name(row["trial"]) / "curves.png"
    return page.Part(f"Disagreement: trial {row['trial']:03d}", text, curves if curves.is_file() else None)


def _gains(row: Run) -> dict[str, str]:
    return {kind: "without bound" if value is None else f"{value:+.2f}" for kind, value in row["gains"].items()}
