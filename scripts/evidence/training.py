"""Train a stack of siblings and keep their curves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from networks import Network
from optimisers import clip, optimiser, pace
from torch import Tensor
from torch.nn import functional as F

CHUNK = 128
Split = tuple[Tensor, Tensor]
Curves = dict[str, np.ndarray]


@dataclass(frozen=True)
class Recipe:
    """What siblings share beside their network and data; ``classes`` is 0 for a squared error."""

    optimiser: str
    schedule: str
    warm_up: float
    batch: int
    decay: float
    dropout: float
    clip: float
    classes: int


@dataclass(frozen=True)
class Splits:
    """Examples to train on, the training sample that is evaluated, validation and test."""

    train: Split
    sample: Split
    val: Split
    test: Split


def loss_of(out: Tensor, targets: Tensor, classes: int) -> Tensor:
    """Losses ``(siblings, examples)`` of outputs ``(siblings, examples, outputs)``: cross-entropy or squared error."""
    if not classes:
        return (out[..., 0] - targets).square()
    return F.cross_entropy(out.flatten(0, 1), targets.flatten(), reduction="none").view(targets.shape)


def batches(examples: int, batch: int, seeds: int, generator: torch.Generator) -> Tensor:
    """Indices ``(batches, seeds, batch)`` of one epoch: a permutation for each seed, without an incomplete batch."""
    order = torch.rand(seeds, examples, generator=generator).argsort(1)
    count = examples // batch
    return order[:, : count * batch].view(seeds, count, batch).transpose(0, 1)


@torch.no_grad()
def evaluate(network: Network, weights: Sequence[Tensor], parts: Sequence[Split], classes: int) -> list[list[Tensor]]:
    """For each part the mean loss and the accuracy of each sibling (losses twice for a regression)."""
    siblings = weights[0].shape[0]
    results = []
    for inputs, targets in parts:
        loss, right = torch.zeros(siblings), torch.zeros(siblings)
        for x, y in zip(inputs.split(CHUNK), targets.split(CHUNK), strict=True):
            out = network.forward(weights, x.expand(siblings, *x.shape), 0.0)
            loss += loss_of(out, y.expand(siblings, -1), classes).sum(1)
            if classes:
                right += (out.argmax(2) == y).sum(1)
        results.append([loss / len(targets), right / len(targets)])
    return results


def descend(
    network: Network, parameters: Tensor, examples: Split, recipe: Recipe, rates: Tensor, seeds: int, steps: int,
    generator: torch.Generator,
) -> Iterator[Tensor]:  # fmt: skip
    """Take steps in place; yields the batch losses ``(siblings,)`` after each.

    Rows of siblings are ``rate * seeds + seed``, and siblings of one seed see the same batches.
    """
    parameters.requires_grad_()
    update = optimiser(recipe.optimiser, parameters.detach(), recipe.decay)
    inputs, targets = examples
    repeats = len(parameters) // seeds
    queue: list[Tensor] = []
    for step in range(steps):
        if not queue:
            queue = list(batches(len(targets), recipe.batch, seeds, generator).unbind(0))[::-1]
        index = queue.pop()
        x = inputs[index].repeat(repeats, *[1] * inputs.dim())
        y = targets[index].repeat(repeats, 1)
        losses = loss_of(network.forward(network.unpack(parameters), x, recipe.dropout), y, recipe.classes).mean(1)
        (gradient,) = torch.autograd.grad(losses.sum(), parameters)
        with torch.no_grad():
            if recipe.clip:
                clip(gradient, recipe.clip)
            update(parameters, gradient, rates * pace(recipe.schedule, step / steps, recipe.warm_up))
        yield losses.detach()


def train(
    network: Network, start: Tensor, splits: Splits, recipe: Recipe, rates: Tensor, seeds: int,
    evaluations: np.ndarray, rows: np.ndarray, generator: torch.Generator,
) -> Curves:  # fmt: skip
    """Train from ``start`` up to the last of the evaluations, the first of which is at step 0.

    The curves: `train`, `train_accuracy` (a fixed sample, without dropout), `val`, `val_accuracy`, `test` at the steps
    ``evaluations``, of shape ``(siblings, evaluations)``; `single` (loss of one batch) and `mean` (of all batches since
    the row before) at the steps ``rows``, with dropout.
    """
    parameters = start.clone()
    kept: dict[str, list[Tensor]] = {name: [] for name in NAMES}
    wanted, dense = set(evaluations.tolist()), set(rows.tolist())
    total, since = torch.zeros(len(start)), 0
    _keep(kept, network, parameters, splits, recipe.classes)
    course = descend(network, parameters, splits.train, recipe, rates, seeds, int(evaluations[-1]), generator)
    for step, losses in enumerate(course, 1):
        total, since = total + losses, since + 1
        if step in dense:
            kept["single"].append(losses)
            kept["mean"].append(total / since)
            total, since = torch.zeros(len(start)), 0
        if step in wanted:
            _keep(kept, network, parameters, splits, recipe.classes)
    return {name: torch.stack(values, 1).numpy() for name, values in kept.items()}


NAMES = ("train", "train_accuracy", "val", "val_accuracy", "test", "single", "mean")


def _keep(kept: dict[str, list[Tensor]], network: Network, parameters: Tensor, splits: Splits, classes: int) -> None:
    """Append one evaluation."""
    weights = network.unpack(parameters.detach())
    sample, val, test = evaluate(network, weights, (splits.sample, splits.val, splits.test), classes)
    for name, value in zip(NAMES, (*sample, *val, test[0]), strict=False):
        kept[name].append(value)
