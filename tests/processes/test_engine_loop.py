"""The plain loop: the Trainer's curve step for step, and the same endings."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from datasets import Dataset
from helpers.settings import resolved

from sweep import engines, recipes
from sweep.config.settings import Config
from sweep.curves import Curves
from sweep.engines.job import TrainingJob, TrainingResult
from sweep.engines.loop import epoch_batches
from sweep.recipes.data.in_memory import Tensors
from sweep.recipes.task import Task

SMALL = {
    "digits": ("recipe.sizes.train=320", "recipe.sizes.validation=64", "recipe.sizes.test=64", "train.epochs=10"),
    "translation": ("recipe.sizes.train=120", "recipe.sizes.validation=40", "recipe.sizes.test=40", "train.epochs=6"),
    "language": ("recipe.sizes.train=80", "train.epochs=3"),
}


def trained(config: Config, engine: str, folder: Path, task: Task | None = None) -> tuple[Curves, TrainingResult]:
    points: list[tuple[float, str, float]] = []

    def watch(step: int, values: object) -> bool:
        points.extend((step, name, value) for name, value in dict(values).items())  # type: ignore[call-overload]
        return False

    torch.set_num_threads(1)  # as a trial does
    task = task or recipes.build(config.recipe, config.seed)
    result = engines.train(engine, TrainingJob(task, config.train, config.seed, "cpu", folder), watch)
    return Curves.from_points(points), result


@pytest.mark.parametrize("name", list(SMALL))
def test_equals_the_trainer_over_the_first_hundred_steps(name: str, tmp_path: Path) -> None:
    config = resolved(f"recipe={name}", "recipe.model.dropout=0", "train.evaluations=4", *SMALL[name])
    ours, our_test = trained(config, "loop", tmp_path)
    theirs, their_test = trained(config, "trainer", tmp_path)
    assert set(ours) == set(theirs)
    for series in theirs:
        first = theirs[series].steps <= 100
        np.testing.assert_array_equal(ours[series].steps, theirs[series].steps, err_msg=series)
        tolerance = 1e-4 if "loss" in series or series == "learning_rate" else 2e-2
        np.testing.assert_allclose(
            ours[series].values[first], theirs[series].values[first], atol=tolerance, rtol=tolerance, err_msg=series
        )
    assert our_test.step == their_test.step
    assert set(our_test.test) == set(their_test.test)


def test_an_epoch_has_every_row_once_in_an_order_of_its_own() -> None:
    first, second = list(epoch_batches(10, 4, seed=0)), list(epoch_batches(10, 4, seed=1))
    assert [len(batch) for batch in first] == [4, 4, 2]
    assert sorted(row for batch in first for row in batch) == list(range(10))
    assert first != second


def test_a_loss_that_is_not_finite_ends_the_run_at_once(tmp_path: Path) -> None:
    config = resolved("recipe=digits", *SMALL["digits"], "train.learning_rate=1e30", "train.warmup=0")
    for engine in ("loop", "trainer"):
        curves, _ = trained(config, engine, tmp_path)
        assert not math.isfinite(curves["batch_loss"].values[-1])
        assert curves["batch_loss"].steps[-1] < 100
        assert curves["val_loss"].steps[-1] == curves["batch_loss"].steps[-1]


def mislabelled(task: Task) -> Task:
    """The task with every validation label wrong: the surer the model is of the right one, the higher the loss."""
    columns = task.validation.__getitems__(range(len(task.validation)))
    wrong = {"pixel_values": columns["pixel_values"].numpy(), "labels": (columns["labels"].numpy() + 1) % 10}
    return replace(task, validation=Tensors(Dataset.from_dict(wrong)))


@pytest.mark.parametrize("engine", ["loop", "trainer"])
def test_the_best_model_is_kept_and_patience_ends_the_run(engine: str, tmp_path: Path) -> None:
    config = resolved("recipe=digits", *SMALL["digits"], "train.early_stopping=3", "train.keep_best=true")
    task = mislabelled(recipes.build(config.recipe, config.seed))
    curves, result = trained(config, engine, tmp_path, task)
    loss = curves["val_loss"]
    best = int(loss.values.argmin())
    assert result.step == loss.steps[best]
    assert len(loss) == best + 1 + 3
    assert loss.steps[-1] == curves["batch_loss"].steps[-1] < 200
    assert result.test["test_loss"] > result.last["test_loss"]


def test_without_early_stopping_the_last_model_is_tested(tmp_path: Path) -> None:
    config = resolved("recipe=digits", *SMALL["digits"], "train.epochs=1")
    curves, result = trained(config, "loop", tmp_path)
    assert result.step == curves["batch_loss"].steps[-1] == 20
    assert result.test == result.last
