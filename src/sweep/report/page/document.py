"""The page as one HTML file: everything inside, nothing loaded, nothing run but its own two scripts."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from sweep.regimes import REGIMES, VERDICTS
from sweep.report.page import assembly, map_picture, matrix, noise, parallel, records, sketches, words
from sweep.report.page.command import seeds_command
from sweep.report.page.content import Page, Part
from sweep.report.page.curve_data import CurveData
from sweep.report.page.map_axes import label


class Collected(NamedTuple):
    """The runs without texts, the same in full as JSON, their curves, and a sketch of the clearest of each regime."""

    records: list[records.Record]
    encoded: list[str]
    curves: CurveData
    sketches: dict[str, sketches.Sketch | None]


def render(page: Page) -> str:
    """The page as text. How many points a curve has follows from the number of runs: see `curve_data.BUDGET`."""
    collected = collect(page)
    template = _environment().get_template("page.html")
    return template.render(**_inline(), **_content(page, collected), **_data(page, collected))


def collect(page: Page) -> Collected:
    """Read every run once: its record, its curves, and whether it is the clearest of its regime so far."""
    curves = CurveData.for_runs(page.size)
    rows: list[records.Record] = []
    encoded: list[str] = []
    clearest: dict[str, tuple[float, sketches.Sketch]] = {}
    for run in page.runs:
        record = records.of_run(run, page.command)
        encoded.append(_json(_filled(record)))
        rows.append({key: value for key, value in record.items() if key not in records.TEXTS})
        curves.add(run.curves)
        sure = record["sure"] or 0.0
        name = record["verdict"]
        if name and (name not in clearest or sure > clearest[name][0]):
            drawn = sketches.of_curves(run.curves, record["label"])
            if drawn:
                clearest[name] = (sure, drawn)
    return Collected(rows, encoded, curves, {one.name: sketches.clearest(clearest, one.name) for one in REGIMES})


def _inline() -> dict[str, Any]:
    """Style, scripts and marks, which are the same in every page."""
    style, chart_script, script = assembly.style(), assembly.chart_script(), assembly.script()
    return {
        "policy": assembly.policy(style, chart_script, script),
        "style": style,
        "chart_script": chart_script,
        "script": script,
        "outlines": {name: assembly.marker_outline(one.marker) for name, one in VERDICTS.items()},
        "regimes": REGIMES,
        "verdicts": VERDICTS,
    }


def _content(page: Page, collected: Collected) -> dict[str, Any]:
    """What stands in the page before any script runs."""
    rows = collected.records
    counts = matrix.count(rows)
    best = next((one for one in rows if one["label"] == page.best), None)
    return {
        "page": page,
        "records": rows,
        "places": {one["label"]: place for place, one in enumerate(rows)},
        "headline": words.headline(rows, page),
        "notices": [*page.notices, *words.problems(rows)],
        "counts": counts,
        "bar": matrix.bar(counts),
        "sketches": collected.sketches,
        "judged": any(one["expected"] for one in rows),
        "matrix": matrix.matrix(rows),
        "matrix_words": words.matrix_sentence(rows),
        "maps": map_picture.draw(rows, page.best),
        "parts": [_part(part) for part in page.parts],
        "recommended": best if best and best["command"] else None,
        "seeds": seeds_command(best["command"]) if best else "",
        "luck": words.luck_sentence(rows, best),
        "parallel": parallel.draw(rows),
        "account": collected.curves.account(),
    }


def _data(page: Page, collected: Collected) -> dict[str, str]:
    """What the script reads: the runs, and their curves in a block of their own, which is parsed later."""
    names = list(collected.curves.names)
    split = [name for name in names if name.startswith(("val_", "train_"))]
    metrics = [name for name in dict.fromkeys(name.partition("_")[2] for name in split) if name != "loss"]
    data = {
        "title": records.short(page.title),
        "verdicts": [{"name": one.name, "meaning": one.meaning} for one in VERDICTS.values()],
        "noise": {name: one._asdict() for name, one in noise.of_verdicts(collected.records).items()},
        "metrics": sorted(metrics, key=records.rank_of_metric),
        "others": [name for name in names if name not in split and not name.startswith("batch_")],
        "best": page.best,
    }
    return {"data": _json(data), "runs": f"[{','.join(collected.encoded)}]", "curves": collected.curves.to_json()}


def _filled(record: Mapping[str, Any]) -> dict[str, Any]:
    """The record without what is empty."""
    return {key: value for key, value in record.items() if value not in (None, "", [], {})}


def _part(part: Part) -> dict[str, Any]:
    image = None
    if part.picture is not None and part.picture.is_file():
        image = "data:image/png;base64," + base64.b64encode(part.picture.read_bytes()).decode("ascii")
    return {"heading": part.heading, "text": part.text, "rows": part.rows, "image": image}


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("sweep.report.page"),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        short=records.short,
        words=lambda name: name.rpartition(".")[2].lstrip("+").replace("_", " "),
        number=lambda value: f"{value:.3g}" if isinstance(value, float) else str(value),
        tick=label,
        regime=lambda name: f"r-{name}" if name in VERDICTS else "r-failed",
    )
    return environment


def _json(value: Any) -> str:
    """JSON that cannot end the element around it."""
    text = json.dumps(value, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
