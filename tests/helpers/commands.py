"""The command in this process: quicker than a process of its own, which imports torch again."""

from __future__ import annotations

import io
import os
import signal
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

from hydra.core.global_hydra import GlobalHydra

from sweep.__main__ import main

SMALL = ("recipe.sizes.train=96", "recipe.sizes.validation=64", "recipe.sizes.test=64", "recipe.model.width=16")
"""Overrides that make a run of `digits` or `pairs` one of seconds."""
TINY = (
    "recipe.sizes.train=64", "recipe.sizes.validation=40", "recipe.sizes.test=40", "recipe.model.width=16",
    "recipe.model.layers=1", "train.evaluations=4", "engine.device=cpu", "executor=inline",
)  # fmt: skip
"""Overrides for runs of which only the ends count."""


class Finished(NamedTuple):
    """The exit status of a command, and what it printed on each stream."""

    status: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """All that was printed."""
        return self.out + self.err


def sweep(outputs: Path, *words: str) -> Finished:
    """``python -m sweep WORDS outputs=OUTPUTS``; this process is left as it was."""
    out, err = io.StringIO(), io.StringIO()
    before = signal.getsignal(signal.SIGTERM)
    GlobalHydra.instance().clear()
    argv = patch.object(sys, "argv", ["sweep", *words, f"outputs={outputs}"])
    try:
        with argv, patch.dict(os.environ), redirect_stdout(out), redirect_stderr(err):
            main()
    except SystemExit as end:
        return Finished(int(end.code or 0), out.getvalue(), err.getvalue())
    finally:
        signal.signal(signal.SIGTERM, before)
    raise AssertionError("the command always exits")


def run_sweep(tmp_path: Path, *words: str) -> tuple[int, str]:
    """The command with a study named ``study`` in this folder; the exit status and all that was printed."""
    done = sweep(tmp_path, *words, "study.name=study")
    return done.status, done.said
