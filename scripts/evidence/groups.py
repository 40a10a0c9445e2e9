"""Train a group: split its data, add label noise, pretrain if planned, and train all its siblings side by side."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import torch
from kinds import Table
from networks import Network, build
from plans import RATES, Plan, draw, evaluations, rows
from torch import Tensor
from training import Curves, Recipe, Split, Splits, descend, train

PRETRAINING_STEPS = 400


def make(seed: int, number: int) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Facts and curves of a group, by (seed, number) alone; the curves of training ``t`` are named ``t/...``."""
    rng = np.random.default_rng([seed, number])
    generator = torch.Generator().manual_seed(seed * 1_000_003 + number)
    torch.manual_seed(seed * 1_000_003 + number)
    plan, table = draw(rng, number)
    network = build(plan.blueprint)
    splits, spare = _split(plan, table, rng)
    start = network.initial(plan.seeds, plan.initial_scale, generator)
    if plan.tuned:
        start = _pretrained(plan, network, start, spare, table.classes, generator)
    if plan.tuned == "classes":
        splits = _regrouped(splits, table.classes, rng)
        start = _new_head(network, start, generator)
    start = start.repeat(RATES, 1)
    rates = torch.from_numpy(plan.rates).float().repeat_interleave(plan.seeds)[:, None]
    recipe = _recipe(plan, table)
    arrays: dict[str, np.ndarray] = {}
    for training, steps in enumerate(evaluations(plan)):
        dense = rows(steps)
        again = torch.Generator().manual_seed(generator.initial_seed())
        curves = train(network, start, splits, recipe, rates, plan.seeds, steps, dense, again)
        named: Curves = {"steps": steps, "rows": dense, **curves}
        arrays.update({f"{training}/{name}": value for name, value in named.items()})
    facts = {"seed": seed, "number": number, "classes": table.classes, **_constants(table, splits)}
    return {**dataclasses.asdict(plan), **facts}, arrays


def _recipe(plan: Plan, table: Table) -> Recipe:
    warm_up = plan.warm_up / 4 if plan.schedule == "constant" else plan.warm_up
    return Recipe(
        plan.optimiser, plan.schedule, warm_up, plan.batch, plan.decay, plan.dropout, plan.clip, table.classes
    )


def _constants(table: Table, splits: Splits) -> dict[str, float]:
    """What a constant predictor loses on the test split, and the share of its most frequent class."""
    targets = splits.test[1]
    if not table.classes:
        return {"constant_loss": float(targets.var(correction=0)), "constant_accuracy": 0.0}
    shares = torch.bincount(targets, minlength=table.classes).double() / len(targets)
    present = shares[shares > 0]
    return {"constant_loss": float(-(present * present.log()).sum()), "constant_accuracy": float(shares.max())}


def _split(plan: Plan, table: Table, rng: np.random.Generator) -> tuple[Splits, Split]:
    """Training, validation and clean test examples, and what is left to pretrain on."""
    inputs = table.inputs if table.words else table.inputs * np.float32(plan.input_scale)
    targets = table.targets if table.classes else table.targets * np.float32(plan.target_scale)
    ends = np.cumsum([plan.examples, plan.val, plan.test])
    x = [torch.from_numpy(part) for part in np.split(inputs, ends)]
    y = [torch.from_numpy(part) for part in np.split(_with_label_noise(targets, plan, rng), ends)]
    clean = torch.from_numpy(targets[ends[1] : ends[2]])
    train_set = (_shifted(x[0], plan), y[0])
    sample = (train_set[0][: plan.sample], y[0][: plan.sample])
    return Splits(train_set, sample, (_shifted(x[1], plan), y[1]), (_shifted(x[2], plan), clean)), (x[3], y[3])


def _with_label_noise(targets: np.ndarray, plan: Plan, rng: np.random.Generator) -> np.ndarray:
    """Targets of which the planned share is replaced by another example's; those of the validation split if planned."""
    wrong = rng.random(len(targets)) < plan.label_noise
    if not plan.noisy_val:
        wrong[plan.examples : plan.examples + plan.val] = False
    wrong[plan.examples + plan.val + plan.test :] = False
    return np.where(wrong, rng.permutation(targets), targets)


def _shifted(x: Tensor, plan: Plan) -> Tensor:
    """Inputs of the other domain that a pretrained network is to learn: some features mirrored, or tokens renamed."""
    if plan.tuned != "domain":
        return x
    if not x.is_floating_point():
        renamed = max(plan.blueprint.words // 8, 2)
        return torch.where(x < renamed, (x + 1) % renamed, x)
    kept = x.shape[-1] - x.shape[-1] // 8
    return torch.cat([x[..., :kept], -x[..., kept:]], -1) * 1.3


def _pretrained(
    plan: Plan, network: Network, start: Tensor, spare: Split, classes: int, generator: torch.Generator
) -> Tensor:
    """The network of each seed, trained on the spare examples by Adam at a rate that falls."""
    recipe = Recipe("adam", "cosine", 0.05, min(64, len(spare[1])), 0.0, 0.0, 1.0, classes)
    parameters = start.clone()
    rates = torch.full((plan.seeds, 1), 5e-3)
    for _ in descend(network, parameters, spare, recipe, rates, plan.seeds, PRETRAINING_STEPS, generator):
        pass
    return parameters.detach()


def _regrouped(splits: Splits, classes: int, rng: np.random.Generator) -> Splits:
    """The same examples with other targets: classes are merged at random into half as many."""
    groups = torch.from_numpy(rng.permutation(np.arange(classes) % max(classes // 2, 2)))
    parts = (splits.train, splits.sample, splits.val, splits.test)
    return Splits(*((inputs, groups[targets]) for inputs, targets in parts))


def _new_head(network: Network, start: Tensor, generator: torch.Generator) -> Tensor:
    """Replace the last layer's weights and biases, which stand at the end, by fresh ones."""
    fresh = network.initial(len(start), 1.0, generator)
    head = sum(torch.Size(parameter.shape).numel() for parameter in network.parameters[-2:])
    return torch.cat([start[:, :-head], fresh[:, -head:]], 1)
