"""The remedy table: what each remedy does to each regime, against the same runs without it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import mean
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import TwoSlopeNorm
from matplotlib.figure import Figure
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sweep.regimes import VERDICTS
from sweep.report import outcome, page
from sweep.report import summary as summaries
from sweep.report.figures import learning_curves
from sweep.study.run import StudyResult

Summary = dict[str, Any]
Run = Mapping[str, Any]
COLUMNS = ("regime", "remedy", "runs", "out", "healthy", "test loss", "points", "steps")  # points of accuracy
NOTE = "Shares out of their regime and healthy, changes of test loss, accuracy and steps, all against no remedy."
FAR = math.log(4)  # a change beyond a factor of four has the last colour
NON_FINITE_LOSS = 100.0  # what a loss that is not finite counts as
LOWEST_LOSS = 1e-6


@dataclass(frozen=True)
class RemedyEffect:
    """The effect of a remedy on the runs of a regime that were diagnosed as such without it.

    Args:
        regime: The regime.
        remedy: The remedy, or several joined by `+`.
        runs: The number of runs.
        out: Share of them no longer diagnosed as the regime.
        healthy: Share of them diagnosed as healthy.
        loss: Mean change of the logarithm of the test loss.
        acc: Mean change of the test accuracy; None where there is none.
        steps: Mean ratio of optimiser steps.
    """

    regime: str
    remedy: str
    runs: int
    out: float
    healthy: float
    loss: float
    acc: float | None
    steps: float


def remedy_table(runs: Sequence[Run]) -> list[RemedyEffect]:
    """A row per regime and remedy, the best of each regime first. Remedies that could not act are left out.

    The control of a run is the one of the same recipe, regime and seed without a remedy.
    """
    complete = [run for run in runs if run["state"] == "COMPLETE" and run["diagnosed"] and run.get("regime")]
    controls = {_case(run): run for run in complete if not _has_remedy(run)}
    pairs_of: dict[tuple[str, str], list[tuple[Run, Run]]] = {}
    for run in complete:
        control = controls.get(_case(run))
        if run["remedies"] and control and control["diagnosed"] == run["regime"]:
            treated = (run["regime"], "+".join(run["remedies"]))
            pairs_of.setdefault(treated, []).append((control, run))
    rows = [_effect(regime, remedy, pairs) for (regime, remedy), pairs in pairs_of.items()]
    return sorted(rows, key=lambda row: (row.regime, *rank(row)))


def rank(row: RemedyEffect) -> tuple[float, float]:
    """The order of effects, the best first: how many runs left their regime, then the test loss.

    A remedy that raises the test loss comes after all that lower it.
    """
    share_in_regime = -row.out if row.loss < 0 else 1.0
    return (share_in_regime, row.loss)


def write(name: str, result: StudyResult, folder: Path) -> tuple[Summary, list[Path]]:
    """Write `summary.json` with its `cures`, `cures.png` and `report.html`; the summary and the files."""
    summary = summaries.summarize(name, result.total, result.trials)
    found = remedy_table(summary["runs"])
    summary["cures"] = [asdict(row) for row in found]
    files = [summaries.write(summary, folder)]
    extra: dict[str, Any] = {}
    if found:
        files.append(folder / "cures.png")
        learning_curves.save(draw(found, name), files[-1])
        extra["parts"] = [page.Part("Cures", NOTE, files[-1], cells(found))]
    files.append(folder / "report.html")
    files[-1].write_text(page.render(summary, folder, extra), encoding="utf-8")
    return summary, files


def cells(rows: Sequence[RemedyEffect]) -> list[list[str]]:
    """The table as text, its head first."""
    table = [list(COLUMNS)]
    for row in rows:
        shares = [f"{row.out:.0%}", f"{row.healthy:.0%}"]
        acc = "" if row.acc is None else f"{100 * row.acc:+.1f}"
        table.append([row.regime, row.remedy, str(row.runs), *shares, change(row.loss), acc, f"x {row.steps:.2g}"])
    return table


def change(log: float) -> str:
    """A logarithm of a ratio as a change in per cent."""
    return f"{100 * math.expm1(log):+.0f} %" if abs(log) < 3 else f"x {math.exp(log):.2g}"


def markdown(rows: Sequence[RemedyEffect]) -> str:
    """The table for a document."""
    head, *body = cells(rows)
    lines = [head, ["---"] * len(head), *body]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def draw(rows: Sequence[RemedyEffect], name: str) -> Figure:
    """A heat map, remedy by regime: the change of the test loss as colour, the share taken out as words."""
    regimes = [regime for regime in VERDICTS if any(row.regime == regime for row in rows)]
    remedies = sorted({row.remedy for row in rows}, key=lambda remedy: _home(remedy, rows, regimes))
    figure = Figure(figsize=(3.2 + 1.5 * len(regimes), 1.4 + 0.36 * len(remedies)), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    table = [[math.nan] * len(regimes) for _ in remedies]
    for row in rows:
        y = remedies.index(row.remedy)
        x = regimes.index(row.regime)
        table[y][x] = max(min(row.loss, FAR), -FAR)
        ink = "white" if abs(row.loss) > 0.6 * FAR else learning_curves.INK  # on a dark cell
        axes.text(x, y, f"{row.out:.0%}", ha="center", va="center", color=ink, fontsize=9)
    image = axes.imshow(table, cmap="RdBu_r", norm=TwoSlopeNorm(0, -FAR, FAR), aspect="auto")
    bar = figure.colorbar(image, ax=axes, label="test loss")
    bar.set_ticks([-FAR, math.log(0.5), 0, math.log(2), FAR], labels=["x 1/4", "x 1/2", "as before", "x 2", "x 4"])
    axes.set_xticks(range(len(regimes)), regimes)
    axes.set_yticks(range(len(remedies)), remedies)
    axes.set_title(f"{name}: share taken out of the regime", fontsize=10, color=learning_curves.INK)
    return figure


def show(summary: Summary, stopped: str | None, folder: Path, console: Console) -> None:
    """The table, and where to look."""
    rows = [RemedyEffect(**row) for row in summary["cures"]]
    if rows:
        head, *body = cells(rows)
        table = Table(*head, box=None, padding=(0, 1), pad_edge=False)
        for line in body:
            table.add_row(*line)
        console.print(table)
    for run in outcome.misdiagnosed(summary):
        console.print(Text(f"trial {run['trial']:03d} {run.get('error') or run['diagnosed']}", style="red"))
    if stopped:
        console.print(Text(f"stopped: {stopped}", style="red"), soft_wrap=True)
    console.print(Text.assemble(("report  ", "dim"), str(folder / "report.html")), soft_wrap=True)


def status(summary: Summary, stopped: str | None) -> int:
    """The exit status: 0 where every run came to its end."""
    return 1 if stopped or any(run["state"] == "FAIL" for run in summary["runs"]) else 0


def _case(run: Run) -> tuple[Any, ...]:
    return run["recipe"], run["regime"], run["seed"]


def _has_remedy(run: Run) -> bool:
    """Whether a remedy was asked for, applied or skipped."""
    return bool(run["remedies"] or run.get("skipped"))


def _effect(regime: str, remedy: str, pairs: Sequence[tuple[Run, Run]]) -> RemedyEffect:
    """The effect over pairs of a control and the same run with the remedy."""
    scored = [pair for pair in pairs if all(run.get("test_acc") is not None for run in pair)]
    return RemedyEffect(
        regime,
        remedy,
        runs=len(pairs),
        out=mean(run["diagnosed"] != regime for _, run in pairs),
        healthy=mean(run["diagnosed"] == "healthy" for _, run in pairs),
        loss=mean(_log(run["test_loss"]) - _log(control["test_loss"]) for control, run in pairs),
        acc=mean(run["test_acc"] - control["test_acc"] for control, run in scored) if scored else None,
        steps=mean(run["steps"] / max(control["steps"], 1) for control, run in pairs),
    )


def _log(loss: float | None) -> float:
    return math.log(max(NON_FINITE_LOSS if loss is None else loss, LOWEST_LOSS))


def _home(remedy: str, rows: Sequence[RemedyEffect], regimes: Sequence[str]) -> tuple[int, float]:
    """Remedies in the order of the regime that they help most."""
    best = min((row for row in rows if row.remedy == remedy), key=lambda row: (-row.out, row.loss))
    return regimes.index(best.regime), best.loss
