"""The page of a study: one HTML file that stands alone, its pictures inside."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, select_autoescape

from sweep.report.picture import REGIME

SHOWN = 12  # pictures inside the page; every run links to its own


@dataclass(frozen=True)
class Part:
    """A part of the page: a heading, a line of text, a picture, a table with its first row as the head."""

    heading: str
    text: str = ""
    picture: Path | None = None
    rows: Sequence[Sequence[str]] = ()


def render(summary: Mapping[str, Any], folder: Path, extra: Mapping[str, Any]) -> str:
    """The page as text. ``extra`` adds what only some studies have: ``map`` and ``importances``. ``parts``.

    A part is a `Part`, for whatever else a kind of study has to say; they come first.
    """
    environment = Environment(loader=PackageLoader("sweep.report"), autoescape=select_autoescape(), trim_blocks=True)
    environment.globals["colour"] = REGIME
    page = environment.get_template("page.html")
    return page.render(
        **summary,
        judged=sum(sum(counts.values()) for counts in summary["confusion"].values()),
        columns=_columns(summary),
        gallery=[{**run, "image": _image(_picture(run, folder))} for run in _gallery(summary, folder)],
        map_image=_image(extra["map"]) if "map" in extra else None,
        importances=extra.get("importances", {}),
        parts=[(part, _image(part.picture) if part.picture else None) for part in extra.get("parts", ())],
    )


def _columns(summary: Mapping[str, Any]) -> list[str]:
    found = {name for counts in summary["confusion"].values() for name in counts} | set(summary["confusion"])
    return [name for name in REGIME if name in found]


def _gallery(summary: Mapping[str, Any], folder: Path) -> list[Mapping[str, Any]]:
    """Disagreements first, then the first run of each verdict."""
    drawn = [run for run in summary["runs"] if _picture(run, folder).is_file()]
    wrong = [run for run in drawn if run["expected"] and run["expected"] != run["diagnosed"]]
    firsts = {run["diagnosed"]: run for run in reversed(drawn)}
    return [*wrong, *(firsts[name] for name in REGIME if name in firsts and firsts[name] not in wrong)][:SHOWN]


def _picture(run: Mapping[str, Any], folder: Path) -> Path:
    return folder / Path(run["dir"]).name / "curves.png"


def _image(path: Path) -> str:
    return "data:image/png;base64," + base64.b64encode(path.read_bytes()).decode("ascii")
