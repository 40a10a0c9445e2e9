"""A recipe of the user's own: one file and one YAML, found by its import path."""

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
data: {}
model: {}
"""


def test_it_is_short() -> None:
    assert len(inspect.getsource(my_recipe).splitlines()) + len(YAML.strip().splitlines()) < 50


def test_it_runs_under_every_regime_without_a_line_more(tmp_path: Path) -> None:
    conf = tmp_path / "conf" / "recipe"
    conf.mkdir(parents=True)
    (conf / "clouds.yaml").write_text(YAML, encoding="utf-8")
    command = [sys.executable, "-m", "sweep", "--config-dir", str(tmp_path / "conf"), "recipe=clouds"]
    given = ["+regime=underfit", f"outputs={tmp_path}/out", "study.name=mine"]
    done = subprocess.run([*command, *given], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode in (0, 1), done.stderr
    said = json.loads((tmp_path / "out/mine/000/diagnosis.json").read_text(encoding="utf-8"))
    assert said["expected"] == "underfit"


def test_a_family_that_is_not_there_is_named() -> None:
    for family in ("nowhere.at_all", "no_such_family"):
        with pytest.raises(ConfigError, match=rf"recipe\.family is '{family}'"):
            recipes.module(family)
