"""The command in this process: quicker than a process of its own, which loads torch again."""

from __future__ import annotations

import io
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from unittest.mock import patch

from hydra.core.global_hydra import GlobalHydra

from sweep.__main__ import main


def run_sweep(tmp_path: Path, *overrides: str) -> tuple[int, str]:
    """``python -m sweep`` with these overrides, outputs and study named; the exit status and all that was printed."""
    said = io.StringIO()
    argv = ["sweep", f"outputs={tmp_path}", "study.name=study", *overrides]
    GlobalHydra.instance().clear()
    with patch.object(sys, "argv", argv), redirect_stdout(said), redirect_stderr(said):
        try:
            main()
        except SystemExit as end:
            return int(end.code or 0), said.getvalue()
    raise AssertionError("the command always exits")
