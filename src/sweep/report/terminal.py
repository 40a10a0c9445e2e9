"""The terminal after a run: what happened, what it means, what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from sweep.regimes import VERDICTS

QUESTIONS = ("final", "generalization", "efficiency", "trend")


def sure(confidence: float) -> str:
    """A confidence in words; nothing read from curves is certain."""
    return f"{min(confidence, 0.99):.0%} sure"


def panel(said: Mapping[str, Any], title: str, places: Mapping[str, str], findings: int = 3) -> Panel:
    """A short panel of a diagnosis as `diagnosis.json` holds it; `places` are lines of where things are."""
    regime, expected = said["regime"], said.get("expected")
    style = VERDICTS[regime].style
    verdict = Text.assemble((regime, f"bold {style}"), f"  {sure(said['confidence'])}")
    if expected:
        verdict.append("  as expected" if expected == regime else f"  but {expected} was expected", "dim")
    parts: list[RenderableType] = [verdict]
    parts += [Text(f"given {given['remedy']}: {given['change']}", "dim") for given in said.get("remedies", ())]
    parts += [Text(f"skipped {one['remedy']}: {one['why']}", "yellow") for one in said.get("skipped", ())]
    parts.append(Text())
    told = [found["text"] for found in said["findings"][:findings]]
    if not told:  # nothing is wrong: the answers to the questions after training say how well it went
        told = [said[question]["text"] for question in QUESTIONS if said[question].get("text")]
    parts += [Text(f"- {text}") for text in told]
    if said["advice"]:
        parts += [Text(), Text("Try", style="bold")]
        parts += [Text(f"- {hint['remedy']}: {hint['text']}") for hint in said["advice"][:2]]
    table = Table.grid(padding=(0, 2))
    for name, place in places.items():
        table.add_row(Text(name, style="dim"), Text(place, overflow="fold"))
    if places:
        parts += [Text(), table]
    return Panel(Group(*parts), title=title, title_align="left", border_style=style, padding=(0, 1))
