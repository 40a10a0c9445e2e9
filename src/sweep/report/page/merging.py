"""Several pages as one: their runs beside each other, each under the name of its study."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sweep.report.page.content import Page, PageRun


def merged(pages: Sequence[Page]) -> Page:
    """One page of all runs. What belongs to one study alone, a recommendation or shares of parameters, is left out."""
    totals = [page.total for page in pages]
    return Page(
        title=" and ".join(page.title for page in pages),
        runs=_runs(pages),
        size=sum(page.size for page in pages),
        total=None if None in totals else sum(total for total in totals if total is not None),
        as_of=max((page.as_of for page in pages), default=""),
        notices=[notice for page in pages for notice in page.notices],
        parts=[replace(part, heading=f"{page.title}: {part.heading}") for page in pages for part in page.parts],
    )


def _runs(pages: Sequence[Page]) -> Iterator[PageRun]:
    for page in pages:
        for run in page.runs:
            yield replace(run, label=f"{page.title}/{run.label}", study=page.title)
