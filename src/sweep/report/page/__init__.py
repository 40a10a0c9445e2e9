"""The page of a study: one HTML file that stands alone, opens from disk and may be mailed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sweep.diagnosis import Diagnosis
from sweep.files import atomic
from sweep.readers import History
from sweep.report.page import document
from sweep.report.page.content import Page, PageRun, Part
from sweep.report.page.histories import page_of_histories
from sweep.report.page.study_folder import page_of_folder, page_of_summary

__all__ = ["Page", "PageRun", "Part", "page_of_folder", "page_of_histories", "render", "write", "write_histories"]


def render(summary: Mapping[str, Any], folder: Path, extra: Mapping[str, Any]) -> str:
    """The page of a finished study as text.

    ``extra`` adds what only some studies have: ``best``, the recommended run; ``importances``, shares by parameter;
    ``parts``, each a `Part`, whatever else a kind of study has to say.
    """
    return document.render(page_of_summary(summary, folder, extra))


def write(page: Page, path: Path) -> None:
    """Write a page. The file is replaced as a whole: a reader never sees half of it."""
    atomic.write_text(path, document.render(page))


def write_histories(
    items: Iterable[tuple[History, Diagnosis]],
    path: Path,
    title: str = "Learning curves",
    command: str = "",
    notices: Sequence[str] = (),
) -> None:
    """Write a page of diagnosed histories of any origin; ``notices`` are sentences that stand at its top."""
    write(page_of_histories(items, title, command, notices), path)
