"""A recipe of the user's own: one file and one YAML, found by its import path, and a check of its own beside it.

The recipe is the one of CONTRIBUTING, to the letter.
"""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path

import pytest
from helpers.commands import run_sweep
from helpers.starts import COMMAND, TESTS, start
from my_package import clouds, clouds_check

from sweep import recipes
from sweep.errors import ConfigError

CONTRIBUTING = (TESTS.parent / "CONTRIBUTING.md").read_text("utf-8")
BLOCKS = dict(re.findall(r"```\w+\n# ([\w/.]+)[^\n]*\n(.*?)```", CONTRIBUTING, re.DOTALL))
YAML = BLOCKS["conf/recipe/clouds.yaml"]


@pytest.fixture
def chosen(tmp_path: Path) -> list[str]:
    folder = tmp_path / "conf" / "recipe"
    folder.mkdir(parents=True)
    (folder / "clouds.yaml").write_text(YAML, encoding="utf-8")
    return ["--config-dir", str(tmp_path / "conf"), "recipe=clouds"]


@pytest.mark.parametrize("module", [clouds, clouds_check], ids=lambda module: module.__name__)
def test_the_documented_files_are_those_that_are_tested(module) -> None:
    assert BLOCKS[f"{module.__name__.replace('.', '/')}.py"] == inspect.getsource(module)


def test_it_is_short() -> None:
    assert len(inspect.getsource(clouds).splitlines()) + len(YAML.strip().splitlines()) < 50


def test_it_runs_under_every_regime_without_a_line_more(chosen: list[str], tmp_path: Path) -> None:
    status, said = run_sweep(tmp_path / "out", *chosen, "+regime=underfit")
    assert status in (0, 1), said
    verdict = json.loads((tmp_path / "out/study/000/diagnosis.json").read_text(encoding="utf-8"))
    assert verdict["expected"] == "underfit"


def test_its_own_check_refuses_in_a_line_before_torch_is_loaded(chosen: list[str], tmp_path: Path) -> None:
    refused = start(COMMAND, *chosen, f"outputs={tmp_path}/out", "recipe.data.distance=-2.0")
    assert refused.status == 2
    assert refused.err == "sweep: recipe.data.distance is -2.0, but must be at least 0\n"
    assert "my_package.clouds_check" in refused.modules
    assert not refused.modules & {"torch", "transformers", "datasets", "my_package.clouds"}
    assert not (tmp_path / "out").exists()


def test_a_family_that_is_not_there_is_named() -> None:
    for family in ("nowhere.at_all", "no_such_family", "task"):
        with pytest.raises(ConfigError, match=rf"recipe\.family is '{family}'"):
            recipes.module(family)
