"""The one way of the data, as a test: who may import whom, and what a start may load."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

SRC = Path(__file__).parents[1] / "src"
HEAVY = ("torch", "transformers", "datasets", "mlflow", "optuna", "matplotlib", "sklearn", "scipy", "pandas")

# Module (or package): what it must not import, anywhere in its files.
FORBIDDEN = {
    "sweep.schema": (*HEAVY, "hydra", "numpy", "sweep"),
    "sweep.config": (*HEAVY, "hydra", "numpy"),
    "sweep.curves": (*HEAVY, "hydra", "omegaconf", "sweep"),
    "sweep.diagnosis": (*HEAVY, "hydra", "omegaconf", "sweep.config", "sweep.study", "sweep.record", "sweep.engines"),
    "sweep.study": ("torch", "transformers", "mlflow", "hydra", "omegaconf", "sweep.engines", "sweep.record"),
    "sweep.ledger": ("torch", "transformers", "mlflow", "hydra", "omegaconf", "sweep.engines", "sweep.record"),
    "sweep.engines": ("optuna", "hydra", "omegaconf", "mlflow", "sweep.study", "sweep.record", "sweep.config"),
    "sweep.recipes": ("optuna", "hydra", "mlflow", "sweep.study", "sweep.record", "sweep.engines"),
    "sweep.record": ("torch", "transformers", "optuna", "hydra", "sweep.study", "sweep.engines", "sweep.diagnosis"),
    "sweep.report": ("torch", "transformers", "mlflow", "hydra", "sweep.engines", "sweep.record"),
    "sweep.executors": ("torch", "transformers", "mlflow", "hydra", "optuna"),
}
ALLOWED = {("sweep.engines", "sweep.config"): {"Knobs"}}


def _files(module: str) -> list[Path]:
    path = SRC / module.replace(".", "/")
    return sorted(path.rglob("*.py")) if path.is_dir() else [path.with_suffix(".py")]


def _imports(file: Path) -> list[tuple[str, set[str]]]:
    found = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [(alias.name, set()) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.append((node.module, {alias.name for alias in node.names}))
            found += [(f"{node.module}.{alias.name}", set()) for alias in node.names]
    return found


def _is_or_in(name: str, module: str) -> bool:
    return name == module or name.startswith(f"{module}.")


@pytest.mark.parametrize("module", FORBIDDEN)
def test_arrows_point_one_way(module):
    for file in _files(module):
        inside = ".".join(file.relative_to(SRC).with_suffix("").parts)
        for name, names in _imports(file):
            for other in FORBIDDEN[module]:
                if not _is_or_in(name, other) or _is_or_in(name, module):
                    continue
                excused = ALLOWED.get((module, other), set())
                if (names and names <= excused) or name.rpartition(".")[2] in excused:
                    continue
                pytest.fail(f"{inside} imports {name}: {module} must know nothing of {other}")


def test_only_the_entry_points_import_the_module_that_joins_the_stages():
    who = {
        ".".join(file.relative_to(SRC).with_suffix("").parts)
        for file in SRC.rglob("*.py")
        for name, names in _imports(file)
        if name == "sweep.app" or (name == "sweep" and "app" in names)
    }
    assert who == {"sweep.__main__", "hydra_plugins.sweep_sweeper"}


def _loaded_by(*command: str) -> set[str]:
    """The heavy packages that a start loads, as Python itself reports them."""
    done = subprocess.run([sys.executable, "-X", "importtime", *command], capture_output=True, text=True, check=False)
    modules = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines() if "|" in line}
    return modules & set(HEAVY)


@pytest.mark.parametrize(
    "command",
    [
        ["-m", "sweep", "--cfg", "job"],
        ["-m", "sweep", "train.learning_rate=-1"],
        ["-m", "sweep", "+regime=nonsense"],
        ["-m", "sweep", "-m", "train.learning_rate=-1,1"],
        ["-c", "import sweep, sweep.study, sweep.attempt"],
        ["-c", "import sweep.diagnosis"],
    ],
    ids=lambda command: " ".join(command[1:]),
)
def test_start_up_loads_nothing_heavy(command, tmp_path):
    assert _loaded_by(*command, *([f"outputs={tmp_path}"] if command[0] == "-m" else [])) == set()
