"""The outcome of a study: its files, and what the terminal shows at the end."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from sweep.regimes import VERDICTS
from sweep.report import summary as summaries
from sweep.report.terminal import panel
from sweep.study.importance import importances
from sweep.study.run import StudyResult

Summary = dict[str, Any]
misdiagnosed = summaries.misdiagnosed


def write(name: str, result: StudyResult, folder: Path) -> tuple[Summary, list[Path]]:
    """Write `summary.json`, `report.html` and, for a study that explores, `map.png`; the summary and the files."""
    from sweep.report import page

    summary = summaries.summarize(name, result.total, result.trials)
    files: list[Path] = []
    extra: dict[str, Any] = {}
    if _explores(summary["runs"]):
        files, extra = _explored(summary, result, folder)
    files = [summaries.write(summary, folder), *files]
    report = folder / "report.html"
    report.write_text(page.render(summary, folder, extra), encoding="utf-8")
    return summary, [*files, report]


def _explored(summary: Summary, result: StudyResult, folder: Path) -> tuple[list[Path], dict[str, Any]]:
    """Draw the map of a study and add its recommendation to the summary; the files, and more for its page."""
    from sweep.report.figures import learning_curves, regime_map

    runs = summary["runs"]
    chosen = summaries.best(result.trials)
    best = None if chosen is None else next(run for run in runs if run["trial"] == chosen.number)
    if best is not None:
        summary["recommended"] = {knob: best[knob] for knob in summaries.KNOBS}
        summary["advice"] = recommend(best, runs)
    title = f"{runs[0].get('recipe', summary['study'])}: the regime at each learning rate, batch size and length"
    picture = folder / "map.png"
    learning_curves.save(regime_map.draw(runs, best, title), picture)
    extra = {"best": best, "importances": importances(result.trials)}
    return [picture], extra


def status(summary: Summary, stopped: str | None) -> int:
    """The exit status: 0 where every verdict is the expected one, else 1."""
    return 1 if misdiagnosed(summary) or stopped else 0


def recommend(best: Mapping[str, Any], runs: Sequence[Mapping[str, Any]]) -> str:
    """The recommended settings, and the reason for them where another trial reached a lower objective."""
    value = best["values"][0]
    healthy = sum(run["diagnosed"] == "healthy" for run in runs)
    text = (
        f"learning rate {best['learning_rate']:.3g}, batch size {best['batch_size']}, {best['epochs']} epochs: "
        f"objective {value:.4g} in trial {best['trial']:03d}, the best "
    )
    if best["diagnosed"] != "healthy":
        return text + f"of all trials; none is healthy, and this one is {best['diagnosed']}."
    text += f"of the {healthy} trials whose curves are healthy." if healthy > 1 else "and only one that is healthy."
    lower = [run for run in runs if run["values"] and run["values"][0] is not None and run["values"][0] < value]
    if not lower:
        return text
    lowest = min(lower, key=lambda run: run["values"][0])
    text += f" Trial {lowest['trial']:03d} reached {lowest['values'][0]:.4g} but was {lowest['diagnosed']}"
    return text + (f"; {len(lower) - 1} more went lower and were not healthy either." if len(lower) > 1 else ".")


def show(summary: Summary, stopped: str | None, folder: Path, console: Console) -> None:
    """A panel for a single run, a matrix and the disagreements for a study; then where to look."""
    runs = summary["runs"]
    if len(runs) == 1:
        _show_run(runs[0], folder, console)
        return
    console.print()
    if summary["confusion"]:
        console.print(_matrix(summary["confusion"]))
        judged = sum(sum(counts.values()) for counts in summary["confusion"].values())
        console.print(f"{summary['agreed']} of {judged} diagnosed as expected", highlight=False)
    for run in misdiagnosed(summary):
        console.print(Text(_disagreement(run, folder), style="red"), soft_wrap=True)
    if "advice" in summary:
        console.print(Text.assemble(("recommended  ", "dim"), summary["advice"]), soft_wrap=True)
    if stopped:
        console.print(Text(f"stopped: {stopped}", style="red"), soft_wrap=True)
    console.print(Text.assemble(("report  ", "dim"), str(folder / "report.html")), soft_wrap=True)


def _disagreement(run: Mapping[str, Any], folder: Path) -> str:
    place = folder / Path(run["dir"]).name
    if run["state"] == "FAIL":
        return f"trial {run['trial']:03d} failed: {run.get('error')}  {place / 'error.txt'}"
    return f"trial {run['trial']:03d} {run['expected']}, read as {run['diagnosed']}  {place / 'curves.png'}"


def _show_run(run: Mapping[str, Any], folder: Path, console: Console) -> None:
    place = folder / Path(run["dir"]).name
    if run["state"] == "FAIL":
        console.print(Text(f"the run failed: {run.get('error')}  ({place / 'error.txt'})", style="red"), soft_wrap=True)
        return
    diagnosis = json.loads((place / "diagnosis.json").read_text(encoding="utf-8"))
    places = {"picture": str(place / "curves.png")}
    if run["mlflow_run_id"]:
        places["MLflow run"] = run["mlflow_run_id"]
    console.print(panel(diagnosis, f"{run['recipe']}, seed {run['seed']}", places))
    for note in run.get("notes", ()):
        console.print(Text(note, style="dim"), soft_wrap=True)


def _matrix(confusion: Mapping[str, Mapping[str, int]]) -> Table:
    found = {name for counts in confusion.values() for name in counts} | set(confusion)
    columns = [name for name in VERDICTS if name in found]
    table = Table(title="expected, and diagnosed as", title_justify="left", title_style="dim", box=None, padding=(0, 2))
    table.add_column("")
    for name in columns:
        table.add_column(name, justify="right", style=VERDICTS[name].style)
    for expected, counts in confusion.items():
        cells = [str(counts.get(name, 0) or "·") for name in columns]
        table.add_row(expected, *cells)
    return table


def _explores(runs: Sequence[Mapping[str, Any]]) -> bool:
    """Whether there is a map to draw: nothing expected, and learning rate or batch size vary."""
    judged = [run for run in runs if run["diagnosed"]]
    if any(run["expected"] for run in judged):
        return False
    return len({run["learning_rate"] for run in judged}) > 2 or len({run["batch_size"] for run in judged}) > 2
