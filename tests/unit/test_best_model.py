"""The best model of a run, and patience, on losses that are known."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch
from helpers.settings import resolved

from sweep.engines.best_model import BestModel

LOSSES = [2.0, 1.0, 1.5, 0.8, 0.9, 0.9, 0.7]


def run(best: BestModel, losses: list[float]) -> tuple[torch.nn.Linear, int]:
    """Evaluations of a model whose weight is the number of the step; the model, and the step that training ended at."""
    model = torch.nn.Linear(1, 1, bias=False)
    for step, loss in enumerate(losses):
        torch.nn.init.constant_(model.weight, step)
        if best.update(step, loss, model):
            return model, step
    return model, len(losses) - 1


@pytest.mark.parametrize(("patience", "ended", "kept"), [(None, 6, 6), (3, 6, 6), (2, 5, 3), (1, 2, 1)])
def test_patience_counts_the_evaluations_since_the_lowest_loss(patience: int | None, ended: int, kept: int) -> None:
    best = BestModel(patience)
    model, step = run(best, LOSSES)
    best.restore(model)
    assert (step, best.step, model.weight.item()) == (ended, kept, kept)


def test_a_loss_that_is_never_finite_keeps_the_last_weights() -> None:
    best = BestModel(None)
    model, _ = run(best, [math.nan, math.nan])
    best.restore(model)
    assert (best.step, model.weight.item()) == (0, 1)


def test_it_continues_from_a_checkpoint() -> None:
    first, second = BestModel(2), BestModel(2)
    run(first, LOSSES[:5])
    second.load_state_dict(first.state_dict())
    assert second == first


def test_it_is_there_where_the_settings_ask_for_it() -> None:
    train = resolved("recipe=digits").train
    assert BestModel.wanted_by(train) is None
    assert BestModel.wanted_by(replace(train, keep_best=True)) == BestModel(None)
    assert BestModel.wanted_by(replace(train, early_stopping=3)) == BestModel(3)
