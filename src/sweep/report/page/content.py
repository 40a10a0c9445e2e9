"""What a page is about: its runs one by one, and what is known of all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sweep.curves import Curves


@dataclass(frozen=True)
class PageRun:
    """One run as it was recorded.

    ``facts`` is its row of `summary.json`, as far as there is one; ``diagnosis`` is its `diagnosis.json`. ``problem``
    says why its curves could not be read, ``alerts`` what the monitor has said of a run that still trains.
    """

    label: str
    study: str
    facts: Mapping[str, Any]
    diagnosis: Mapping[str, Any]
    curves: Curves
    problem: str = ""
    alerts: Sequence[str] = ()


@dataclass(frozen=True)
class Part:
    """A part of the page: a heading, a line of text, a picture, a table with its first row as the head."""

    heading: str
    text: str = ""
    picture: Path | None = None
    rows: Sequence[Sequence[str]] = ()


@dataclass(frozen=True)
class Page:
    """The content of a page.

    ``runs`` is read once, so that the curves of one run at a time are in memory; ``size`` is how many it holds at most.
    ``command`` runs the study again. ``as_of`` is the time of day where the study still runs. ``best`` is the label of
    the recommended run, ``advice`` the sentence that recommends it.
    """

    title: str
    runs: Iterable[PageRun]
    size: int
    total: int | None = None
    command: str = ""
    as_of: str = ""
    notices: Sequence[str] = ()
    parts: Sequence[Part] = ()
    importances: Mapping[str, float] = field(default_factory=dict)
    best: str = ""
    advice: str = ""
