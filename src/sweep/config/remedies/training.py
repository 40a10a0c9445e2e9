"""Remedies of how a run trains: rate, length, batch, regularisation of the optimiser."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from sweep.config.remedies.catalogue import Changed, NotApplicable, RunSettings, remedy

PATIENCE = 3  # evaluations
LONGEST_WARMUP = 0.5  # share of the steps


@remedy(("overfit",), "stop once the validation loss no longer improves, and restore the best model")
def early_stopping(run: RunSettings, strength: float) -> Changed:
    """Has one strength only."""
    if run.train.early_stopping is not None:
        raise NotApplicable(f"early stopping is on already, with patience {run.train.early_stopping}")
    train = replace(run.train, early_stopping=PATIENCE, keep_best=True)
    return replace(run, train=train), f"early stopping with patience {PATIENCE}, best model restored"


@remedy(("overfit",), "increase the weight decay: small weights make single examples harder to memorise")
def weight_decay(run: RunSettings, strength: float) -> Changed:
    """Adds half the strength."""
    return _set(run, "weight_decay", run.train.weight_decay + 0.5 * strength, "weight decay")


@remedy(("underfit",), "train for more epochs: the loss has not reached a plateau")
def train_longer(run: RunSettings, strength: float) -> Changed:
    """Three times the epochs at strength 1, twice as many more for each further one."""
    epochs = math.ceil(run.train.epochs * (1 + 2 * strength))
    return _set(run, "epochs", max(run.train.epochs + 1, epochs), "epochs")


@remedy(("underfit",), "raise the learning rate: the loss has hardly moved for this many steps")
def raise_rate(run: RunSettings, strength: float) -> Changed:
    """Ten to the power of the strength."""
    return _set(run, "learning_rate", run.train.learning_rate * 10**strength, "learning rate")


@remedy(("erratic",), "lower the learning rate: the steps overshoot")
def lower_rate(run: RunSettings, strength: float) -> Changed:
    """A tenth, divided by the strength."""
    return _set(run, "learning_rate", run.train.learning_rate / (10 * strength), "learning rate")


@remedy(("erratic",), "increase the batch size, which averages out the noise of the gradients")
def larger_batch(run: RunSettings, strength: float) -> Changed:
    """Four times the batch at strength 1, at most the training set."""
    before = run.train.batch_size
    after = max(before + 1, round(before * 4 * strength))
    if run.sizes.train is not None:
        after = min(after, run.sizes.train)
    if after <= before:
        raise NotApplicable(f"a batch of {before} is the whole training set already")
    return _set(run, "batch_size", after, "batch size")


@remedy(("erratic",), "clip the gradient norm, so that no single batch destabilises the run")
def clip_gradients(run: RunSettings, strength: float) -> Changed:
    """A tenth of the norm, or of 1, divided by the strength."""
    norm = run.train.max_grad_norm or 1.0
    return _set(run, "max_grad_norm", norm / (10 * strength), "maximum gradient norm")


@remedy(("erratic",), "warm the learning rate up over more of the first steps")
def warm_up(run: RunSettings, strength: float) -> Changed:
    """Three tenths more of the steps for each strength, at most half of them."""
    before = run.train.warmup
    after = round(min(before + 0.3 * strength, LONGEST_WARMUP), 3)
    if after <= before:
        raise NotApplicable(f"the warm-up takes {before:g} of the steps already")
    return _set(run, "warmup", after, "warm-up share")


def _set(run: RunSettings, key: str, value: Any, words: str) -> Changed:
    before = getattr(run.train, key)
    changed = replace(run, train=replace(run.train, **{key: value}))
    return changed, f"{words} {_short(before)} -> {_short(value)}"


def _short(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.3g}"
    return "none" if value is None else str(value)
