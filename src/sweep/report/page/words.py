"""What the page says of a study in sentences: the outcome, the disagreements, and what luck may explain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sweep.regimes import VERDICTS
from sweep.report.page import noise
from sweep.report.page.content import Page

Record = Mapping[str, Any]


def headline(rows: Sequence[Record], page: Page) -> str:
    """The outcome in a line."""
    if not rows:
        return "No runs."
    if len(rows) == 1:
        return _of_one(rows[0])
    begun = f"{len(rows)} of {page.total} trials" if page.total and page.total != len(rows) else f"{len(rows)} runs"
    judged = [one for one in rows if one["expected"] and one["verdict"]]
    agreed = sum(one["verdict"] == one["expected"] for one in judged)
    said = f"{begun}. " + (f"{agreed} of {len(judged)} diagnosed as expected." if judged else "")
    failed = sum(one["state"] == "FAIL" for one in rows)
    return said.strip() + (f" {failed} failed." if failed else "")


def _of_one(one: Record) -> str:
    if not one["verdict"]:
        return "The run failed." if one["state"] == "FAIL" else "No verdict yet."
    sure = f", {100 * min(one['sure'], 0.99):.0f} % sure" if one["sure"] else ""
    told = f"{one['verdict'].capitalize()}{sure}"
    if one["expected"]:
        told += ", as expected" if one["expected"] == one["verdict"] else f"; {one['expected']} was expected"
    return f"{told}. {VERDICTS[one['verdict']].meaning if one['verdict'] in VERDICTS else ''}"


def matrix_sentence(rows: Sequence[Record]) -> str:
    """Which verdicts are not the expected ones."""
    judged = [one for one in rows if one["expected"] and one["verdict"]]
    if not judged:
        return "No verdict was expected of these runs; this is what their curves say."
    wrong = [one for one in judged if one["expected"] != one["verdict"]]
    if not wrong:
        return f"All {len(judged)} verdicts are the expected ones. A number shows its runs."
    named = ", ".join(f"{one['label']} ({one['expected']}, read as {one['verdict']})" for one in wrong[:5])
    more = f" and {len(wrong) - 5} more" if len(wrong) > 5 else ""
    return f"{len(wrong)} of {len(judged)} not as expected: trial {named}{more}."


def problems(rows: Sequence[Record]) -> list[str]:
    """One sentence where runs could not be read, with the first reason."""
    broken = [one for one in rows if one["problem"]]
    if not broken:
        return []
    more = f" and of {len(broken) - 1} more" if len(broken) > 1 else ""
    return [f"The curves of trial {broken[0]['label']}{more} are missing here: {broken[0]['problem']}"]


def luck_sentence(rows: Sequence[Record], best: Record | None) -> str:
    """What the noise between seeds says of the recommended run."""
    if best is None or not best["loss"]:
        return ""
    known = noise.of_verdicts(rows)
    found = known.get(best["verdict"]) or known.get("")
    if found is None:
        return "Every setting was run with one seed: a lower loss elsewhere may be luck, and so may this one."
    within = sum(
        one["verdict"] == best["verdict"]
        and 0 < one["loss"]["best"] - best["loss"]["best"] < noise.LUCK * found.deviation
        for one in rows
        if one["loss"] and one is not best
    )
    return (
        f"Seeds of one setting differ by a standard deviation of {found.deviation:.2g}: "
        f"{within} more {best['verdict']} runs are no worse than luck explains."
    )
