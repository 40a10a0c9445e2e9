"""CONTRIBUTING and the documents: every file that they name is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")])
PATH = re.compile(r"(?<![\w/.-])((?:src|tests|conf|scripts|docs)/[\w./-]*\w/?)")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_path_in_a_document_is_there(document):
    named = set(PATH.findall(document.read_text("utf-8")))
    missing = {path for path in named if "NAME" not in path and not (ROOT / path).exists()}
    assert not missing - {"conf/recipe/clouds.yaml"}
