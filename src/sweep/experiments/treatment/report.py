"""The outcome of a treatment: the runs before and after each remedy, side by side."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sweep.curves import Curves
from sweep.regimes import VERDICTS
from sweep.report import page
from sweep.report import summary as summaries
from sweep.report.figures import learning_curves
from sweep.report.terminal import panel
from sweep.study.run import StudyResult

Summary = dict[str, Any]
Steps = Sequence[Mapping[str, Any]]
NO_REMEDY = {"remedy": None, "strength": None, "change": None}


def write(name: str, result: StudyResult, folder: Path) -> tuple[Summary, list[Path]]:
    """Write `summary.json` with its `treatment`, `treatment.png` and `report.html`; the summary and the files."""
    summary = summaries.summarize(name, len(result.trials), result.trials)
    summary["treatment"] = steps(summary["runs"], folder)
    summary["cured"] = bool(summary["runs"]) and summary["runs"][-1]["diagnosed"] == "healthy"
    files = [summaries.write(summary, folder)]
    extra: dict[str, Any] = {}
    if summary["treatment"]:
        files.append(folder / "treatment.png")
        learning_curves.save(draw(summary["treatment"], folder, name), files[-1])
        rows = [["run", "given", "diagnosed", "test loss", "steps"]]
        for step in summary["treatment"]:
            loss, many = _number(step["test_loss"]), str(step["steps"])
            rows.append([_title(step), step["change"] or "", step["diagnosed"], loss, many])
        extra["parts"] = [page.Part("Before and after", verdict(summary), files[-1], rows)]
    files.append(folder / "report.html")
    files[-1].write_text(page.render(summary, folder, extra), encoding="utf-8")
    return summary, files


def steps(runs: Sequence[Mapping[str, Any]], folder: Path) -> list[dict[str, Any]]:
    """A row per run that has a diagnosis: its last remedy, and its outcome."""
    rows = []
    for run in runs:
        if not run["diagnosed"]:
            continue
        diagnosis = json.loads((folder / Path(run["dir"]).name / "diagnosis.json").read_text(encoding="utf-8"))
        applied = diagnosis["remedies"][-1] if run["trial"] else NO_REMEDY
        finding = diagnosis["findings"][0]["text"] if diagnosis["findings"] else None
        outcome = {key: run.get(key) for key in ("diagnosed", "confidence", "test_loss", "test_acc", "steps")}
        rows.append({
            "trial": run["trial"], **applied, "skipped": diagnosis["skipped"], "finding": finding, **outcome,
        })  # fmt: skip
    return rows


def verdict(summary: Summary) -> str:
    """In a sentence, whether the treatment succeeded."""
    count = max(len(summary["treatment"]) - 1, 0)
    remedies = {0: "no remedy", 1: "1 remedy"}.get(count, f"{count} remedies")
    if summary["cured"]:
        return f"healthy after {remedies}" if count else "healthy as it came: nothing to treat"
    last = summary["runs"][-1]["diagnosed"] if summary["runs"] else None
    return f"not cured: {last or 'failed'} after {remedies}"


def draw(treatment: Steps, folder: Path, name: str) -> Figure:
    """The losses of each run, in order, on one scale."""
    width = len(treatment)
    figure = Figure(figsize=(1.0 + 4.4 * width, 4.0), layout="constrained")
    FigureCanvasAgg(figure)
    grid = figure.subplots(1, width, squeeze=False)
    for axes, step in zip(grid.flat, treatment, strict=True):
        text = (folder / f"{step['trial']:03d}" / "curves.csv").read_text(encoding="utf-8")
        learning_curves.draw_loss(axes, Curves.from_csv(text))
        learning_curves.legend(axes)
        loss = f", test loss {_number(step['test_loss'])}"
        axes.set_title(f"{_title(step)}: {step['diagnosed']}{loss}", fontsize=10, color=learning_curves.INK, pad=22)
    low = min(axes.get_ylim()[0] for axes in grid.flat)
    high = max(axes.get_ylim()[1] for axes in grid.flat)
    for axes in grid.flat:
        axes.set_ylim(low, high)
    figure.suptitle(name, color=learning_curves.INK, fontweight="bold")
    return figure


def show(summary: Summary, stopped: str | None, folder: Path, console: Console) -> None:
    """The panel of the last run, and a table of all of them."""
    done = [run for run in summary["runs"] if run["diagnosed"]]
    if done:
        last = done[-1]
        place = folder / Path(last["dir"]).name
        said = json.loads((place / "diagnosis.json").read_text(encoding="utf-8"))
        places = {"picture": str(folder / "treatment.png"), "report": str(folder / "report.html")}
        if last["mlflow_run_id"]:
            places["MLflow run"] = last["mlflow_run_id"]
        console.print(panel(said, f"{last['recipe']}, seed {last['seed']}, treated", places))
        console.print(table(summary["treatment"]))
    for run in summary["runs"]:
        if run["state"] == "FAIL":
            console.print(Text(f"trial {run['trial']:03d} failed: {run.get('error')}", style="red"), soft_wrap=True)
    if stopped:
        console.print(Text(f"stopped: {stopped}", style="red"), soft_wrap=True)
    console.print(Text(verdict(summary), style="bold green" if summary["cured"] else "bold red"))


def table(treatment: Steps) -> Table:
    """Before and after, a column for each run."""
    made = Table(box=None, padding=(0, 2), pad_edge=False)
    made.add_column("", style="dim")
    for step in treatment:
        made.add_column(Text(_title(step), style="bold"), overflow="fold")
    made.add_row("diagnosed", *(Text(s["diagnosed"], style=VERDICTS[s["diagnosed"]].style) for s in treatment))
    made.add_row("given", *(Text(s["change"] or "nothing") for s in treatment))
    made.add_row("because", *(Text(s["finding"] or "nothing is wrong") for s in treatment))
    made.add_row("test loss", *(Text(_number(s["test_loss"])) for s in treatment))
    if any(s["test_acc"] is not None for s in treatment):
        made.add_row("test accuracy", *(Text(_number(s["test_acc"])) for s in treatment))
    made.add_row("steps", *(Text(str(s["steps"])) for s in treatment))
    return made


def status(summary: Summary, stopped: str | None) -> int:
    """The exit status: 0 where the last run is healthy, else 1."""
    return 0 if summary["cured"] and not stopped else 1


def _title(step: Mapping[str, Any]) -> str:
    return f"{step['trial']} {step['remedy']}" if step["remedy"] else "before"


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:.3g}"
