"""The page of a study: one HTML file that stands alone, its pictures inside."""

from __future__ import annotations

import base64
import io
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, select_autoescape
from matplotlib import rc_context
from matplotlib.figure import Figure

from sweep.curves import Curves
from sweep.regimes import VERDICTS
from sweep.report.figures import learning_curves
from sweep.report.summary import KNOBS, misdiagnosed

SHOWN = 12  # runs with their picture inside the page; every run links to its own
# Text stays text: smaller, and in the page's own type. The salt makes the same picture the same file.
SVG: Any = {"svg.fonttype": "none", "svg.hashsalt": "sweep", "font.family": "sans-serif"}


@dataclass(frozen=True)
class Part:
    """A part of the page: a heading, a line of text, a picture, a table with its first row as the head."""

    heading: str
    text: str = ""
    picture: Path | None = None
    rows: Sequence[Sequence[str]] = ()


def render(summary: Mapping[str, Any], folder: Path, extra: Mapping[str, Any]) -> str:
    """The page as text. ``extra`` adds what only some studies have: ``map``, its panels as figures, ``best``, the run
    recommended, and ``importances``, shares by parameter; ``parts``, each a `Part`, whatever else a kind of study has
    to say: they come first.
    """
    environment = Environment(
        loader=PackageLoader("sweep.report"), autoescape=select_autoescape(), trim_blocks=True, lstrip_blocks=True
    )
    environment.globals.update(verdicts=VERDICTS)
    environment.filters.update(words=_words, number=_number, settings=_settings)
    wrong, drawn = misdiagnosed(dict(summary)), [run for run in summary["runs"] if _curves(run, folder).is_file()]
    best = extra.get("best")
    counts = Counter(run["diagnosed"] or "failed" for run in summary["runs"])
    return environment.get_template("page.html").render(
        **summary,
        counts={name: counts[name] for name in (*VERDICTS, "failed") if name in counts},
        judged=sum(sum(counts.values()) for counts in summary["confusion"].values()),
        columns=_columns(summary),
        others=any(_settings(run["params"], run) for run in summary["runs"]),
        wrong=wrong,
        wrong_shown=[_shown(run, folder) for run in wrong[:SHOWN]],
        best=_shown(best, folder) if best else None,
        examples=[_shown(run, folder) for run in _examples(drawn, [*wrong[:SHOWN], best])],
        panels=[_svg(figure) for figure in extra.get("map", ())],
        importances=extra.get("importances", {}),
        parts=[(part, _png(part.picture) if part.picture else None) for part in extra.get("parts", ())],
    )


def _columns(summary: Mapping[str, Any]) -> list[str]:
    found = {name for counts in summary["confusion"].values() for name in counts} | set(summary["confusion"])
    return [name for name in VERDICTS if name in found]


def _examples(drawn: Iterable[Mapping[str, Any]], there: Sequence[Mapping[str, Any] | None]) -> list[Mapping[str, Any]]:
    """The first run of each verdict that no picture shows yet."""
    seen = {run["diagnosed"] for run in there if run}
    firsts: dict[str, Mapping[str, Any]] = {}
    for run in drawn:
        firsts.setdefault(run["diagnosed"], run)
    return [firsts[name] for name in VERDICTS if name in firsts and name not in seen]


def _shown(run: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """A run with its curves drawn, and the first finding of its diagnosis."""
    images: list[str] = []
    if (file := _curves(run, folder)).is_file():
        images = [_svg(figure) for figure in learning_curves.panels(Curves.from_csv(file.read_text(encoding="utf-8")))]
    told = file.with_name("diagnosis.json")
    findings = json.loads(told.read_text(encoding="utf-8"))["findings"] if told.is_file() else []
    return {**run, "images": images, "finding": findings[0]["text"] if findings else ""}


def _curves(run: Mapping[str, Any], folder: Path) -> Path:
    return folder / Path(run["dir"]).name / "curves.csv"


def _words(name: str) -> str:
    """A parameter's name as a person says it."""
    return name.rpartition(".")[2].replace("_", " ")


def _number(value: Any, digits: int = 3) -> str:
    return f"{value:.{digits}g}" if isinstance(value, float) else "" if value is None else str(value)


def _settings(params: Mapping[str, Any], run: Mapping[str, Any]) -> dict[str, str]:
    """What a trial was given besides the knobs that the run states as values, and the regime that it shows."""
    stated = {knob for knob in KNOBS if knob in run} | {"regime"}
    return {_words(name): _number(value) for name, value in params.items() if name.rpartition(".")[2] not in stated}


def _svg(figure: Figure) -> str:
    text = io.BytesIO()
    with rc_context(SVG):
        figure.savefig(text, format="svg", metadata={"Date": None})
    return "data:image/svg+xml;base64," + base64.b64encode(text.getvalue()).decode("ascii")


def _png(path: Path) -> str:
    return "data:image/png;base64," + base64.b64encode(path.read_bytes()).decode("ascii")
