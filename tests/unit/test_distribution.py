"""The distribution: every package that is imported is declared, and the commands are installed."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
OURS = {"sweep", "hydra_plugins"}


def _name(requirement: str) -> str:
    """The distribution of a requirement, normalised as package indexes do."""
    return re.sub(r"[-_.]+", "-", re.match(r"[\w.-]+", requirement)[0]).lower()


DECLARED = {_name(text) for text in PROJECT["dependencies"]}
OPTIONAL = {
    _name(text) for extra, texts in PROJECT["optional-dependencies"].items() if extra != "dev" for text in texts
}


def _imported() -> set[str]:
    """Top-level packages of other distributions that any file imports, lazily or not."""
    found = set()
    for file in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module.partition(".")[0])
    return found - OURS - set(sys.stdlib_module_names)


def test_every_imported_package_is_declared():
    installed = packages_distributions()
    for package in sorted(_imported()):
        offering = {_name(distribution) for distribution in installed.get(package, [package])}
        assert offering & (DECLARED | OPTIONAL), f"{package} is imported and {sorted(offering)} is not declared"


def test_every_declared_package_is_pinned():
    pins = {_name(line) for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines() if "==" in line}
    assert pins >= DECLARED


def test_extras_refer_to_this_distribution_not_to_another_project():
    texts = [text for extra in PROJECT["optional-dependencies"].values() for text in extra]
    assert not [text for text in texts if _name(text) == "sweep"]
    assert f"{PROJECT['name']}[wandb]" in texts


def test_hints_do_not_send_to_the_other_project():
    places = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]
    places += [*(ROOT / "conf").rglob("*.yaml"), *(ROOT / "src").rglob("*.py")]
    for file in places:
        assert not re.search(r"pip install '?sweep\b", file.read_text("utf-8")), file


def test_the_commands_are_functions_that_are_there():
    assert set(PROJECT["scripts"]) == {"sweep", "sweep-diagnose"}
    for target in PROJECT["scripts"].values():
        module, _, function = target.partition(":")
        source = Path(find_spec(module).origin).read_text("utf-8")
        assert function in {node.name for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)}
