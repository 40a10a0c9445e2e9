"""Beyond Linux: what a platform lacks is refused in one line that says what works instead, and that does work."""

from __future__ import annotations

import ast
import multiprocessing
from pathlib import Path

import pytest
from helpers.commands import run_sweep

SRC = Path(__file__).parents[2] / "src"
POSIX_ONLY = {"fcntl", "grp", "pwd", "resource", "termios", "pty", "tty", "readline"}


@pytest.fixture
def windows(monkeypatch):
    """As far as it can be acted here: no fork server. With `sys.platform` changed, Python's own modules fail."""
    monkeypatch.setattr(multiprocessing, "get_all_start_methods", lambda: ["spawn"])


def test_no_module_imports_what_windows_lacks():
    for file in SRC.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not POSIX_ONLY & {name.partition(".")[0] for name in names}, file


@pytest.mark.usefixtures("windows")
def test_processes_side_by_side_are_refused_with_what_works(tmp_path):
    status, said = run_sweep(tmp_path / "out", "-m", "seed=0,1")
    assert (status, said.count("\n")) == (2, 1)
    assert "executor=inline" in said
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("windows")
def test_the_inline_executor_needs_nothing_of_the_platform(tmp_path):
    small = ["recipe.sizes.train=32", "train.batch_size=16", "train.epochs=1", "record=[]", "engine=loop"]
    status, said = run_sweep(tmp_path / "out", "-m", "seed=0,1", "executor=inline", *small)
    assert status == 0, said
    assert sorted(folder.name for folder in (tmp_path / "out" / "study").glob("00?")) == ["000", "001"]
