"""The one way of the data, as a test: who may import whom."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SRC = Path(__file__).parents[2] / "src"
HEAVY = ("torch", "transformers", "datasets", "mlflow", "optuna", "matplotlib", "sklearn", "scipy", "pandas")

POSIX_ONLY = {"fcntl", "grp", "pwd", "resource", "termios", "pty", "tty", "readline"}

# From the ground up: a room imports only rooms below it.
ROOMS = (
    "errors",
    "files",
    "plugins",
    "curves",
    "regimes",
    "executors",
    "study",
    "config",
    "diagnosis",
    "readers",
    "recipes",
    "engines",
    "integrations",
    "tracking",
    "report",
    "experiments",
    "trial",
    "cli",
    "diagnose",
    "__main__",
    "__init__",
)
# Packages that a room must not import, anywhere in its files, lazily or not.
KEPT_OUT = {
    "errors": (*HEAVY, "hydra", "omegaconf", "numpy"),
    "files": (*HEAVY, "hydra", "omegaconf", "numpy"),
    "plugins": (*HEAVY, "hydra", "omegaconf", "numpy"),
    "curves": (*HEAVY, "hydra", "omegaconf"),
    "regimes": (*HEAVY, "hydra", "omegaconf", "numpy"),
    "diagnosis": (*HEAVY, "hydra", "omegaconf"),
    "executors": ("torch", "transformers", "mlflow", "hydra", "optuna"),
    "study": ("torch", "transformers", "mlflow", "hydra", "omegaconf"),
    "config": (*HEAVY, "numpy"),
    "recipes": ("optuna", "hydra", "mlflow"),
    "engines": ("optuna", "hydra", "omegaconf", "mlflow"),
    "tracking": ("torch", "transformers", "optuna", "hydra"),
    "report": ("torch", "transformers", "mlflow", "hydra"),
}


def _files() -> dict[str, Path]:
    return {
        ".".join(file.relative_to(SRC).with_suffix("").parts).removesuffix(".__init__"): file
        for file in SRC.rglob("*.py")
    }


FILES = _files()


def _room(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def _imports(file: Path) -> set[str]:
    """Every module that a file imports: at its top, inside a function, or for type checking alone."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            modules = names & FILES.keys()
            found |= modules
            if names - modules:
                found.add(node.module)
    return found


OURS = {module: file for module, file in FILES.items() if module.partition(".")[0] == "sweep"}


def test_every_file_is_in_exactly_one_room():
    assert {_room(module) for module in OURS} <= set(ROOMS)
    assert len(set(ROOMS)) == len(ROOMS)


@pytest.mark.parametrize("module", sorted(OURS))
def test_a_room_imports_only_rooms_below_it(module):
    here = _room(module)
    for name in _imports(OURS[module]):
        if name.partition(".")[0] == "sweep" and _room(name) != here:
            assert ROOMS.index(_room(name)) < ROOMS.index(here), f"{module} imports {name}"


def test_no_import_circle():
    waiting = {module: _imports(file) & OURS.keys() - {module} for module, file in OURS.items()}
    while ready := {module for module, needs in waiting.items() if not needs & waiting.keys()}:
        waiting = {module: needs for module, needs in waiting.items() if module not in ready}
    assert not waiting, f"these modules import one another in a circle: {sorted(waiting)}"


@pytest.mark.parametrize("room", KEPT_OUT)
def test_what_a_room_must_know_nothing_of(room):
    for module, file in OURS.items():
        if _room(module) == room:
            known = {name.partition(".")[0] for name in _imports(file)}
            assert not known & set(KEPT_OUT[room]), module


def test_no_module_imports_what_windows_lacks():
    for module, file in FILES.items():
        assert not POSIX_ONLY & {name.partition(".")[0] for name in _imports(file)}, module
