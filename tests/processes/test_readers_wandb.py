"""What W&B really writes without a network."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path

import pytest

from sweep.readers import History, Note, Problem, histories

LOG = """
import sys, wandb
settings = wandb.Settings(console="off", x_disable_stats=True, x_disable_meta=True, silent=True)
with wandb.init(project="p", dir=sys.argv[1], mode="offline", id="calm7", settings=settings) as run:
    for step in range(400):
        run.log({"train/loss": 1 / (step + 1), "note": "x" * 300}, step=step)
        if step % 50 == 49:
            run.log({"eval": {"loss": 2.0, "accuracy": step / 400}}, step=step)
    run.log({"train/loss": float("nan")}, step=400)
"""


@pytest.fixture(scope="module")
def offline(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run written by a process of its own, which ends W&B's service with it."""
    folder = tmp_path_factory.mktemp("wandb")
    subprocess.run([sys.executable, "-c", LOG, str(folder)], check=True, capture_output=True)
    return folder


def test_an_offline_run_over_many_blocks(offline):
    [file] = offline.glob("wandb/offline-run-*/*.wandb")
    assert file.stat().st_size > 2 * 32768
    [history] = histories(str(file), {})
    assert isinstance(history, History)
    assert history.id == "calm7"
    assert len(history.curves["batch_loss"]) == 401
    assert history.curves["batch_loss"].values[:3].tolist() == [1, 1 / 2, 1 / 3]
    assert math.isnan(history.curves["batch_loss"].values[-1])
    assert history.curves["val_loss"].steps.tolist() == list(range(49, 400, 50))
    assert history.curves["val_acc"].values[0] == 49 / 400


def test_its_folder_and_the_folder_of_all_runs(offline):
    [folder] = offline.glob("wandb/offline-run-*")
    for path in (folder, offline / "wandb", offline):
        [history] = [item for item in histories(str(path), {}) if not isinstance(item, Note)]
        assert history.id == "calm7"


def test_a_run_cut_off_keeps_what_was_written(offline, tmp_path):
    [file] = offline.glob("wandb/offline-run-*/*.wandb")
    whole = file.read_bytes()
    cut = tmp_path / "run-calm7.wandb"
    cut.write_bytes(whole[: len(whole) // 2])
    [history] = histories(str(cut), {})
    assert 100 < len(history.curves["batch_loss"]) < 400


def test_a_run_of_nothing_but_its_magic(tmp_path):
    path = tmp_path / "run-x.wandb"
    path.write_bytes(b":W&B\xe1\xbe\x00")
    [problem] = histories(str(path), {})
    assert isinstance(problem, Problem)
    assert "no history" in problem.reason
