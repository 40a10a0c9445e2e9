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
    parts += _because(said, findings)
    if said["advice"]:
        parts += [Text(), Text("Try", style="bold")]
        parts += [Text(f"- {hint['remedy']}: {hint['text']}") for hint in said["advice"][:2]]
    table = Table.grid(padding=(0, 2))
    for name, place in places.items():
        table.add_row(Text(name, style="dim"), Text(place, overflow="fold"))
    if places:
        parts += [Text(), table]
    return Panel(Group(*parts), title=title, title_align="left", border_style=style, padding=(0, 1))


def _because(said: Mapping[str, Any], most: int) -> list[RenderableType]:
    """What weighed most for the verdict; where nothing is wrong, how well it went."""
    if said["regime"] == "inconclusive":
        likely = sorted(said.get("probabilities", {}).items(), key=lambda item: -item[1])[:2]
        chances = ", ".join(f"{name} {probability:.0%}" for name, probability in likely)
        told = [found["text"] for found in said["findings"][:most]]
        return [*(Text(f"- {text}") for text in told), *([Text(f"  {chances}", style="dim")] if chances else [])]
    weighed = [reason for reason in said.get("why", ()) if reason["log_odds"] > 0 and reason["finding"]][:most]
    told = [reason["text"] for reason in weighed] or [found["text"] for found in said["findings"][:most]]
    if said["regime"] == "healthy" or not told:
        told = [said[question]["text"] for question in QUESTIONS if said[question].get("text")]
    return [Text(f"- {text}") for text in told]
