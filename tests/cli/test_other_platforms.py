"""Beyond Linux: what a platform lacks is refused in one line that says what works instead."""

from __future__ import annotations

import pytest
from helpers.commands import run_sweep


@pytest.mark.usefixtures("windows")
def test_processes_side_by_side_are_refused_with_what_works(tmp_path):
    status, said = run_sweep(tmp_path / "out", "-m", "seed=0,1")
    assert (status, said.count("\n")) == (2, 1)
    assert "executor=inline" in said
    assert not list(tmp_path.iterdir())
