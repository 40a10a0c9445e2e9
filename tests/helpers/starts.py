"""What a process of its own has imported when it ends."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

TESTS = Path(__file__).parents[1]
COMMAND = "from sweep.__main__ import main; main()"
_REPORT = "import atexit, sys; atexit.register(lambda: print(*sys.modules, file=sys.__stdout__))\n"


class Start(NamedTuple):
    """The exit status of a process, its output before the last line, its errors, and the modules that it imported."""

    status: int
    out: str
    err: str
    modules: frozenset[str]

    @property
    def packages(self) -> set[str]:
        """The packages of the modules."""
        return {module.partition(".")[0] for module in self.modules}


def start(code: str, *words: str, folder: Path | None = None) -> Start:
    """Run this code in a new process with these words as its arguments."""
    paths = [str(TESTS), *filter(None, [os.environ.get("PYTHONPATH")])]
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    command = [sys.executable, "-c", _REPORT + code, *words]
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)
    *out, modules = done.stdout.splitlines()
    return Start(done.returncode, "\n".join(out), done.stderr, frozenset(modules.split()))
