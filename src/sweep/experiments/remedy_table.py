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


@dataclass(frozen=True)
class RemedyEffect:
    """What a remedy did to the runs of a regime that were diagnosed as such without it.

    ``out``: share no longer in the regime; ``healthy``: share that came out healthy; ``loss``: mean change of the test
    loss, as a logarithm; ``acc``: mean change of the test accuracy, where there is one; ``steps``: times the steps.
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
    done = [run for run in runs if run["state"] == "COMPLETE" and run["diagnosed"] and run.get("regime")]
    plain = {_case(run): run for run in done if not _named(run)}
    treated: dict[tuple[str, str], list[tuple[Run, Run]]] = {}
    for run in done:
        control = plain.get(_case(run))
        if run["remedies"] and control and control["diagnosed"] == run["regime"]:
            treated.setdefault((run["regime"], "+".join(run["remedies"])), []).append((control, run))
    rows = [_effect(regime, remedy, pairs) for (regime, remedy), pairs in treated.items()]
    return sorted(rows, key=lambda row: (row.regime, *rank(row)))


def rank(row: RemedyEffect) -> tuple[float, float]:
    """What makes one cure better than another: it takes runs out of their regime, and helps on the test split."""
    return (-row.out if row.loss < 0 else 1.0, row.loss)


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
        y, x = remedies.index(row.remedy), regimes.index(row.regime)
        table[y][x] = max(min(row.loss, FAR), -FAR)
        dark = abs(row.loss) > 0.6 * FAR
        axes.text(
            x, y, f"{row.out:.0%}", ha="center", va="center", color="white" if dark else learning_curves.INK, fontsize=9
        )
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


def _named(run: Run) -> bool:
    """Whether a remedy was asked for, given or not."""
    return bool(run["remedies"] or run.get("skipped"))


def _effect(regime: str, remedy: str, pairs: Sequence[tuple[Run, Run]]) -> RemedyEffect:
    changes = [_log(after["test_loss"]) - _log(before["test_loss"]) for before, after in pairs]
    scores = [a["test_acc"] - b["test_acc"] for b, a in pairs if a.get("test_acc") is not None and b.get("test_acc")]
    return RemedyEffect(
        regime,
        remedy,
        len(pairs),
        out=mean(after["diagnosed"] != regime for _, after in pairs),
        healthy=mean(after["diagnosed"] == "healthy" for _, after in pairs),
        loss=mean(changes),
        acc=mean(scores) if scores else None,
        steps=mean(after["steps"] / max(before["steps"], 1) for before, after in pairs),
    )


def _log(loss: float | None) -> float:
    """A loss that is no number counts as a hundred."""
    return math.log(max(100.0 if loss is None else loss, 1e-6))


def _home(remedy: str, rows: Sequence[RemedyEffect], regimes: Sequence[str]) -> tuple[int, float]:
    """Remedies in the order of the regime that they help most."""
    best = min((row for row in rows if row.remedy == remedy), key=lambda row: (-row.out, row.loss))
    return regimes.index(best.regime), best.loss
