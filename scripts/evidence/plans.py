"""What a group of siblings is: drawn from (seed, number) alone, with sizes that fit a drawn budget of time."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from kinds import KINDS, Table, load
from networks import ARCHITECTURES, Blueprint, Network, build
from optimisers import BASE_RATE, OPTIMISERS, SCHEDULES

RATES = 11
MIDDLE = 4
SAMPLE = 256
EVALUATIONS = 3.3  # of all cuts together, for each evaluation of one
HALF_DECADE = 10**0.5
BUDGET = (0.9, 5.5)
TUNED_LENGTH = 400
DECAYING_LENGTHS = (0.25, 1.0, 4.0)
CUTS = (0.1, 0.2, 0.4, 1.0, 4.0)


@dataclass(frozen=True)
class Plan:
    """One group. ``length`` is the nominal number of steps, ``points`` the number of evaluations of a run."""

    kind: str
    blueprint: Blueprint
    optimiser: str
    schedule: str
    warm_up: float
    batch: int
    decay: float
    dropout: float
    clip: float
    initial_scale: float
    input_scale: float
    target_scale: float
    label_noise: float
    noisy_val: bool
    tuned: str
    examples: int
    val: int
    test: int
    sample: int
    seeds: int
    base_rate: float
    length: int
    points: int
    budget: float

    @property
    def rates(self) -> np.ndarray:
        """The learning rates, half a decade apart."""
        return self.base_rate * HALF_DECADE ** (np.arange(RATES) - MIDDLE)


def step_seconds(network: Network, siblings: int, batch: int) -> float:
    """Estimated time of one training step on one core; measured constants of one machine, good to a factor of two."""
    numbers = siblings * (6 * batch * network.multiply_adds / 25e9 + 2.5e-9 * network.size)
    return 12e-6 * (network.calls + 14) + numbers


def evaluation_seconds(network: Network, siblings: int, examples: int) -> float:
    """Estimated time of one evaluation of so many examples."""
    return 8e-6 * network.calls * math.ceil(examples / 128) + siblings * 2 * examples * network.multiply_adds / 18e9


def log_uniform(rng: np.random.Generator, low: float, high: float, skew: float = 1.0) -> float:
    """A number between two bounds, uniform in its logarithm; a skew below 1 prefers the upper end."""
    return float(low * (high / low) ** (rng.random() ** skew))


def smooth(number: float) -> int:
    """The largest number up to this one that has no prime factor but 2, 3 and 5: it divides evenly in many ways."""
    candidates = [2**a * 3**b * 5**c for a in range(14) for b in range(9) for c in range(6)]
    return max(each for each in candidates if each <= max(number, 1))


def draw(rng: np.random.Generator, number: int) -> tuple[Plan, Table]:
    """The plan of a group and all its data; kinds take turns."""
    kind = list(KINDS)[number % len(KINDS)]
    table = load(kind, rng)
    budget = log_uniform(rng, *BUDGET)
    facts = {**_sizes(rng, table), **_recipe(rng)}
    facts.update(_hardships(rng, table))
    facts["tuned"] = _tuned(rng, table, facts)
    blueprint = _blueprint(rng, table)
    blueprint, fitted = _fit(rng, blueprint, facts, budget)
    base = BASE_RATE[facts["optimiser"]] * log_uniform(rng, 0.4, 2.5)
    base *= 0.1 if facts["tuned"] else 1.0
    return Plan(kind=kind, blueprint=blueprint, base_rate=base, budget=budget, **{**facts, **fitted}), table


def _sizes(rng: np.random.Generator, table: Table) -> dict[str, Any]:
    available = len(table.inputs)
    val = int(min(log_uniform(rng, 20, 600), 0.3 * available))
    examples = int(min(log_uniform(rng, 20, 5000, 1.3), 0.35 * available if available < 7000 else 5000))
    batch = min(2 ** int(rng.integers(1, 9)), examples)
    return {"examples": examples, "val": val, "batch": batch, "sample": min(examples, SAMPLE)}


def _recipe(rng: np.random.Generator) -> dict[str, Any]:
    return {
        "optimiser": str(rng.choice(OPTIMISERS, p=[0.3, 0.15, 0.2, 0.2, 0.15])),
        "schedule": str(rng.choice(SCHEDULES, p=[0.55, 0.18, 0.18, 0.09])),
        "warm_up": float(rng.choice([0.0, 0.0, 0.0, 0.05, 0.1])),
        "decay": float(rng.choice([0.0, 0.0, 0.0, 1e-4, 1e-3, 1e-2, 0.1])),
        "dropout": float(rng.choice([0.0, 0.0, 0.0, 0.1, 0.2, 0.5])),
        "clip": float(rng.choice([0.0, 0.0, 0.0, 0.1, 1.0])),
    }


def _hardships(rng: np.random.Generator, table: Table) -> dict[str, Any]:
    return {
        "initial_scale": float(rng.choice([1.0, 0.03, 0.2, 2.5], p=[0.8, 0.07, 0.08, 0.05])),
        "input_scale": float(rng.choice([1.0, 0.2, 5.0], p=[0.86, 0.07, 0.07])),
        "target_scale": float(rng.choice([1.0, 0.1, 10.0], p=[0.6, 0.2, 0.2])) if not table.classes else 1.0,
        "label_noise": float(rng.choice([0.0, 0.1, 0.3, 1.0], p=[0.66, 0.16, 0.14, 0.04])),
        "noisy_val": bool(rng.random() < 0.7),
    }


def _tuned(rng: np.random.Generator, table: Table, facts: dict[str, Any]) -> str:
    """How the network is pretrained: not at all, on the same task in another domain, or on other classes."""
    spare = len(table.inputs) - facts["examples"] - facts["val"] - 300
    if spare < 500 or facts["initial_scale"] != 1.0 or rng.random() > 0.22:
        return ""
    return str(rng.choice(["domain", "classes"])) if table.classes > 3 else "domain"


def _blueprint(rng: np.random.Generator, table: Table) -> Blueprint:
    architecture = str(rng.choice(ARCHITECTURES[table.form]))
    widths = {"mlp": (4, 160), "cnn": (4, 24), "recurrent": (6, 48), "attention": (8, 40)}[architecture]
    width = int(log_uniform(rng, *widths))
    return Blueprint(
        architecture=architecture,
        form=table.form,
        shape=table.inputs.shape[1:],
        words=table.words,
        outputs=table.classes or 1,
        width=width // 4 * 4 if width > 8 else width // 2 * 2,
        depth=int(rng.integers(0, 4)) if architecture == "mlp" else int(rng.integers(1, 3)),
        activation=str(rng.choice(["relu", "relu", "tanh", "gelu"])),
        normalised=bool(rng.random() < 0.4),
        gated=bool(rng.random() < 0.5),
    )


def _fit(
    rng: np.random.Generator, blueprint: Blueprint, facts: dict[str, Any], budget: float
) -> tuple[Blueprint, dict[str, Any]]:
    """Sizes within the budget, and the blueprint that allows them: the length is drawn from what is affordable.

    Most runs see each example at least once: those of too few steps get fewer examples.
    """
    points = log_uniform(rng, 30, 500)
    share = rng.uniform(0.25, 0.5)
    skew = float(rng.choice([0.25, 1.0], p=[0.8, 0.2]))
    whole_epoch = rng.random() < 0.85
    blueprint, sizes, most = _affordable(blueprint, facts, budget, points, share)
    most = min(most, TUNED_LENGTH if facts["tuned"] else 5000)
    unit = 10 if facts["schedule"] == "constant" else 4
    length = unit * smooth(log_uniform(rng, 10, max(most, 10), skew) / unit)
    examples = min(facts["examples"], max(20, length * sizes["batch"])) if whole_epoch else facts["examples"]
    return blueprint, {**sizes, "length": length, "examples": examples, "sample": min(examples, SAMPLE)}


def _affordable(
    blueprint: Blueprint, facts: dict[str, Any], budget: float, wanted: float, share: float
) -> tuple[Blueprint, dict[str, int], float]:
    """Blueprint, sizes and the greatest length within the budget, of which a share is for evaluations.

    What is too large is halved until there is room for 24 evaluations and 500 steps: test split, then validation,
    width and batch.
    """
    test, val, batch = 1000, facts["val"], facts["batch"]
    trained = 4.0 if facts["schedule"] == "constant" else sum(DECAYING_LENGTHS)
    while True:
        network = build(blueprint)
        seeds = 3 if 6 * batch * network.multiply_adds < 2.5e6 else 2
        evaluation = evaluation_seconds(network, RATES * seeds, facts["sample"] + val + test)
        points = int(min(wanted, share * budget / evaluation / EVALUATIONS))
        left = budget - EVALUATIONS * points * evaluation
        most = left / step_seconds(network, RATES * seeds, batch) / trained
        if points < 24 and test > 500:
            test //= 2
        elif points < 24 and val > 150:
            val //= 2
        elif (points < 24 or most < 500) and blueprint.width > 8:
            blueprint = replace(blueprint, width=max(blueprint.width // 8 * 4, 8))
        elif (points < 24 or most < 500) and batch > 8:
            batch //= 2
        else:
            return (
                blueprint,
                {"test": test, "seeds": seeds, "points": max(points, 20), "batch": batch, "val": val},
                most,
            )


def divisor(length: int, later: int, points: int, multiple: int = 1) -> int:
    """The smallest common divisor of two lengths, a multiple of another, of which the first has at most so many.

    If there is none, the greatest common divisor.
    """
    common = math.gcd(length, later)
    candidates = [each for each in range(multiple, common + 1, multiple) if common % each == 0]
    return next((each for each in candidates if length // each <= points), common)


def evaluations(plan: Plan) -> list[np.ndarray]:
    """Steps of the evaluations of each training: one that is cut at several lengths, or one for each length.

    Each cut has evenly spaced evaluations of its own; a later cut takes each n-th of an earlier one's.
    """
    if plan.schedule != "constant":
        lengths = [int(plan.length * share) for share in DECAYING_LENGTHS]
        return [np.arange(0, length + 1, divisor(length, length, plan.points)) for length in lengths]
    steps: set[int] = set()
    spacing = 1
    cuts = [round(plan.length * share) for share in CUTS]
    for cut, later in itertools.pairwise([*cuts, cuts[-1]]):
        spacing = divisor(cut, later, plan.points, spacing)
        steps.update(range(0, cut + 1, spacing))
    return [np.array(sorted(steps))]


def rows(steps: np.ndarray, between: int = 4) -> np.ndarray:
    """Steps of the training rows: up to so many for each evaluation."""
    gaps = np.diff(steps)
    parts = [steps[:-1] + gaps * part // between for part in range(1, between + 1)]
    return np.unique(np.concatenate(parts))[np.unique(np.concatenate(parts)) > 0]
