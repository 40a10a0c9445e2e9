"""A recipe of the user's own: one file and one YAML, found by its import path, and a check of its own beside it."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from pathlib import Path

import my_recipe
import pytest

from sweep import recipes
from sweep.errors import ConfigError

YAML = """
name: clouds
family: tests.my_recipe
reference: {learning_rate: 1e-3, batch_size: 16, epochs: 10}
sizes: {train: 80, validation: 20, test: 20}
data: {distance: 1.0}
model: {}
"""


@pytest.fixture
def command(tmp_path: Path) -> list[str]:
    folder = tmp_path / "conf" / "recipe"
    folder.mkdir(parents=True)
    (folder / "clouds.yaml").write_text(YAML, encoding="utf-8")
    chosen = ["--config-dir", str(tmp_path / "conf"), "recipe=clouds", f"outputs={tmp_path}/out", "study.name=mine"]
    return ["-m", "sweep", *chosen]


def test_it_is_short() -> None:
    assert len(inspect.getsource(my_recipe).splitlines()) + len(YAML.strip().splitlines()) < 50


def test_it_runs_under_every_regime_without_a_line_more(command: list[str], tmp_path: Path) -> None:
    given = [sys.executable, *command, "+regime=underfit"]
    done = subprocess.run(given, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode in (0, 1), done.stderr
    verdict = json.loads((tmp_path / "out/mine/000/diagnosis.json").read_text(encoding="utf-8"))
    assert verdict["expected"] == "underfit"


def test_its_own_check_refuses_in_a_line_before_torch_is_loaded(command: list[str], tmp_path: Path) -> None:
    given = [sys.executable, "-X", "importtime", *command, "recipe.data.distance=-2.0"]
    done = subprocess.run(given, capture_output=True, text=True, timeout=300, check=False)
    imports = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    [line] = [line for line in done.stderr.splitlines() if not line.startswith("import time:")]
    assert done.returncode == 2
    assert "recipe.data.distance is -2.0, but must be at least 0" in line
    loaded = {imported.rpartition("|")[2].strip() for imported in imports}
    assert "tests.my_recipe_check" in loaded
    assert not loaded & {"torch", "transformers", "datasets", "tests.my_recipe"}
    assert not (tmp_path / "out").exists()


def test_a_family_that_is_not_there_is_named() -> None:
    for family in ("nowhere.at_all", "no_such_family", "task"):
        with pytest.raises(ConfigError, match=rf"recipe\.family is '{family}'"):
            recipes.module(family)
