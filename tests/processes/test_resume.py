"""A run that is cut off resumes from its last checkpoint, and its curve has no seam."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
import torch
from helpers.commands import SMALL, sweep
from helpers.processes import running, until
from helpers.settings import resolved
from helpers.tracked import client, runs

from sweep import engines, recipes
from sweep.config.settings import Config
from sweep.curves import Curves
from sweep.engines.best_model import BestModel
from sweep.engines.checkpoints import CheckpointStore, step_of
from sweep.engines.job import TrainingJob

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
    words = (*SMALL, "recipe=digits", "train.batch_size=32", "train.epochs=400", "train.checkpoint_minutes=0.01")
    trial = tmp_path / "long" / "000"

    def checkpoints() -> set[int]:
        return {step_of(file.parent) for file in trial.glob("checkpoint/checkpoint-*/points.jsonl")}

    with running("-m", "sweep", *words, "study.name=long", f"outputs={tmp_path}") as killed:
        until(checkpoints, killed)
        killed.send_signal(signal.SIGKILL)
        killed.communicate()
    assert min(checkpoints()) > 0  # two of them where the kill came while the older was being removed
    done = sweep(tmp_path, *words, "study.name=long")
    assert done.status in (0, 1), done.err
    curves = Curves.from_csv((trial / "curves.csv").read_text(encoding="utf-8"))
    np.testing.assert_array_equal(curves["batch_loss"].steps, np.arange(1, 1201))
    assert not (trial / "checkpoint").exists()
    recorded = runs(tmp_path)
    assert sorted(run.info.status for run in recorded) == ["FINISHED", "KILLED"]
    [last] = [run for run in recorded if run.info.status == "FINISHED"]
    history = client(tmp_path).get_metric_history(last.info.run_id, "batch_loss")
    assert min(point.step for point in history) == 1
    assert len(history) == 1200
