"""A run that is cut off resumes from its last checkpoint, and its curve has no seam."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
import torch
from helpers.settings import resolved
from mlflow import MlflowClient

from sweep import engines, recipes
from sweep.config.settings import Config
from sweep.curves import Curves
from sweep.engines.best_model import BestModel
from sweep.engines.checkpoints import CheckpointStore, step_of
from sweep.engines.job import TrainingJob

SMALL = ("recipe.sizes.train=96", "recipe.sizes.validation=64", "recipe.sizes.test=64")
RUN = (*SMALL, "train.epochs=8", "train.keep_best=true", "train.evaluations=6")  # 24 steps of dropout and shuffling


class CutError(Exception):
    """Stands for a kill."""


def go(config: Config, engine: str, folder: Path, cut_at: int | None = None) -> Curves:
    store = CheckpointStore(folder / "checkpoint", 0.0)
    points: list[tuple[float, str, float]] = []

    def watch(step: int, values: Mapping[str, float]) -> bool:
        if step == cut_at:
            raise CutError
        points.extend((step, name, value) for name, value in values.items())
        store.record(step, values)
        return False

    for step, values in store.latest_points():
        watch(step, values)
    torch.set_num_threads(1)  # as a trial does
    task = recipes.build(config.recipe, config.seed)
    engines.train(engine, TrainingJob(task, config.train, config.seed, "cpu", folder, store), watch)
    return Curves.from_points(points)


@pytest.mark.parametrize("engine", ["trainer", "loop"])
@pytest.mark.parametrize("cut_at", [12, 14])  # as the fourth epoch ends, and in the middle of the fifth
def test_the_curve_is_that_of_an_uninterrupted_run(engine: str, cut_at: int, tmp_path: Path) -> None:
    config = resolved("recipe=digits", *RUN)
    whole = go(config, engine, tmp_path / "whole")
    with pytest.raises(CutError):
        go(config, engine, tmp_path / "cut", cut_at + 1)
    [kept] = (tmp_path / "cut" / "checkpoint").glob("checkpoint-*")
    assert step_of(kept) == cut_at
    again = go(config, engine, tmp_path / "cut")
    assert set(again) == set(whole)
    for name in whole:
        np.testing.assert_array_equal(again[name].steps, whole[name].steps, err_msg=name)
        np.testing.assert_allclose(again[name].values, whole[name].values, rtol=1e-6, atol=1e-7, err_msg=name)


def test_a_checkpoint_that_is_not_whole_does_not_count(tmp_path: Path) -> None:
    store = CheckpointStore(tmp_path, 0.0)
    store.record(1, {"batch_loss": float("nan")})
    store.commit(store.new_folder(5), BestModel(None, loss=0.5, step=4))
    store.new_folder(9)
    found = store.latest()
    assert found is not None
    assert step_of(found) == 5
    [(step, values)] = store.latest_points()
    assert step == 1
    assert np.isnan(values["batch_loss"])


def test_without_minutes_none_are_made(tmp_path: Path) -> None:
    store = CheckpointStore(tmp_path, None)
    store.record(1, {"batch_loss": 1.0})
    assert not store.is_due()
    assert store.points == []
    assert store.latest() is None


def test_the_same_command_goes_on_after_a_kill(tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = [
        *(sys.executable, "-m", "sweep", "recipe=digits", *SMALL, "train.batch_size=32", "train.epochs=400"),
        "train.checkpoint_minutes=0.01",
        *("study.name=long", f"outputs={out}"),
    ]
    environ = os.environ | {"OMP_NUM_THREADS": "1"}
    killed = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    trial = out / "long" / "000"
    while not list(trial.glob("checkpoint/checkpoint-*/points.jsonl")):
        assert killed.poll() is None
        time.sleep(0.05)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    kept = {step_of(file.parent) for file in trial.glob("checkpoint/checkpoint-*/points.jsonl")}
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=500, check=False)
    assert done.returncode in (0, 1), done.stderr
    curves = Curves.from_csv((trial / "curves.csv").read_text(encoding="utf-8"))
    np.testing.assert_array_equal(curves["batch_loss"].steps, np.arange(1, 1201))
    assert not (trial / "checkpoint").exists()
    client = MlflowClient(f"sqlite:///{out}/mlflow.db")
    [experiment] = client.search_experiments(filter_string="name = 'sweep'")
    runs = client.search_runs([experiment.experiment_id])
    assert sorted(run.info.status for run in runs) == ["FINISHED", "KILLED"]
    [last] = [run for run in runs if run.info.status == "FINISHED"]
    history = client.get_metric_history(last.info.run_id, "batch_loss")
    assert min(point.step for point in history) == 1
    assert len(history) == 1200
    assert min(kept) > 0  # two of them where the kill came while the older was being put away
