"""Executors and trackers from outside the package: registered by a program, or offered by an installed package."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from sweep import executors, tracking
from sweep.errors import ConfigError
from sweep.executors.inline import Inline
from sweep.executors.local import Local
from sweep.plugins.registry import Registry


@pytest.fixture
def registry() -> Registry[Any]:
    return Registry("sweep.executors", "sweep.tests")


def test_names_are_the_files_of_the_package():
    assert set(executors.names()) >= {"inline", "local"}
    assert set(tracking.names()) >= {"mlflow", "tensorboard", "wandb"}
    assert not {"base", "registry", "study_run", "trial_runs"} & {*executors.names(), *tracking.names()}


def test_an_executor_is_built_by_its_name_and_its_options():
    assert executors.build("inline", {}) == Inline()
    assert executors.build("local", {"workers": 3, "gpus_per_trial": 0.0}) == Local(3)
    with pytest.raises(ConfigError, match=r"executor\.partition is not an option of executor=local, which has workers"):
        executors.build("local", {"partition": "gpu"})


def test_unknown_names_are_refused_with_the_list():
    with pytest.raises(ConfigError, match=r"executor\.name is 'slurn', but must be one of .*inline, local"):
        executors.build("slurn", {})
    with pytest.raises(ConfigError, match=r"record is 'mlfow', but must be one of .*mlflow, tensorboard, wandb"):
        tracking.check(["mlflow", "mlfow"])


def test_a_name_is_registered_once(registry):
    registry.register("mine", Inline)
    assert "mine" in registry.names()
    assert registry.factory("executor.name", "mine") is Inline
    for taken in ("mine", "local"):
        with pytest.raises(ValueError, match=f"'{taken}' is already registered"):
            registry.register(taken, Inline)


def test_an_installed_package_offers_its_parts_by_an_entry_point(registry, tmp_path: Path, monkeypatch):
    (tmp_path / "offered.py").write_text("def build(options):\n    return ('offered', options)\n")
    metadata = tmp_path / "offered-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: offered\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[sweep.tests]\ncluster = offered:build\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert registry.names() == ("cluster", "inline", "local")
    assert "offered" not in sys.modules
    options: Mapping[str, int] = {"nodes": 2}
    assert registry.factory("executor.name", "cluster")(options) == ("offered", options)
