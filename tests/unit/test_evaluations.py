"""The evaluations of a running training: which training loss stands beside which validation loss."""

import math

import numpy as np
import pytest

from sweep.diagnosis.evaluations import Evaluations

RNG = np.random.default_rng(7)


def test_batches_are_averaged_since_the_evaluation_before() -> None:
    batches, evaluations = RNG.uniform(1, 2, 60), Evaluations()
    for step, batch in enumerate(batches, start=1):
        evaluations.add(step, {"batch_loss": batch})
        if step % 10 == 0:
            evaluations.add(step, {"val_loss": step})
    losses = evaluations.losses()
    assert losses.steps.tolist() == [10, 20, 30, 40, 50, 60]
    assert losses.train * losses.scale == pytest.approx(batches.reshape(6, 10).mean(axis=1))
    assert losses.val * losses.scale == pytest.approx(losses.steps)


def test_a_training_loss_that_is_logged_seldom_stays_until_the_next() -> None:
    evaluations = Evaluations()
    for step in range(1, 7):
        if step in (3, 5):
            evaluations.add(step, {"train_loss": float(step)})
        evaluations.add(step, {"val_loss": 1.0})
    assert evaluations.losses().train.tolist() == [3, 3, 3, 3, 5, 5]  # before the first, the first


def test_a_training_loss_that_comes_after_its_evaluation_belongs_to_it() -> None:
    evaluations = Evaluations()
    for step in (1, 2, 3):
        evaluations.add(step, {"val_loss": 1.0})
        evaluations.add(step, {"train_loss": float(step)})
    assert evaluations.losses().train.tolist() == [1, 2, 3]


def test_an_evaluated_training_loss_comes_before_that_of_batches() -> None:
    evaluations = Evaluations()
    for step in (1, 2):
        evaluations.add(step, {"batch_loss": 9.0, "train_loss": float(step), "val_loss": 1.0})
    assert evaluations.losses().train.tolist() == [1, 2]


def test_what_is_not_finite_or_not_filled_yet_is_no_evaluation() -> None:
    evaluations = Evaluations()
    rows = [0.0, math.nan, 2.0, math.inf, 1.0, 0.0]
    took = [evaluations.add(step, {"val_loss": value}) for step, value in enumerate(rows)]
    assert took == [False, False, True, False, True, True]
    assert evaluations.losses().steps.tolist() == [2, 4, 5]
    assert evaluations.losses().train.size == 0


def test_a_resumed_run_begins_anew_from_its_step() -> None:
    evaluations = Evaluations()
    for step in range(6):
        evaluations.add(step, {"train_loss": 1.0, "val_loss": 10.0 + step})
    evaluations.add(3, {"train_loss": 1.0, "val_loss": 7.0})
    losses = evaluations.losses()
    assert losses.steps.tolist() == [0, 1, 2, 3]
    assert losses.value(losses.val[-1]) == 7.0
    assert losses.train.size == 4


def test_the_best_and_how_long_ago() -> None:
    evaluations = Evaluations()
    for step, value in enumerate([3.0, 1.0, 2.0, 1.5]):
        evaluations.add(10 * step, {"val_loss": value})
    assert evaluations.best() == (1.0, 10)
    assert evaluations.waited() == 2


def test_losses_below_zero_are_raised_and_read_back() -> None:
    evaluations = Evaluations()
    for step, value in enumerate([1.0, -1.0, -3.0]):
        evaluations.add(step, {"val_loss": value, "train_loss": value})
    losses = evaluations.losses()
    assert losses.val.min() == pytest.approx(0.1 * np.ptp(losses.val))
    assert [losses.value(level) for level in losses.val] == pytest.approx([1, -1, -3])
