"""Pairs of source and target texts: written dates made on the spot, or two columns of a table that people bring."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from sweep.config.schema import Recipe
from sweep.errors import ConfigError
from sweep.recipes.data import synthetic_dates, tables
from sweep.recipes.data.label_noise import Pairs, mismatched
from sweep.recipes.data.splits import SPLITS, stated_sizes
from sweep.recipes.data.tables import TableFile

HELD_OUT = 0.15  # share of the training pairs that becomes each split that is not given
MAX_HELD_OUT = 500  # pairs


class PairSplits(NamedTuple):
    """Sources and targets of each split."""

    train: Pairs
    validation: Pairs
    test: Pairs


def read(recipe: Recipe, seed: int) -> PairSplits:
    """The pairs of one seed: the recipe's files, or dates. Raises `ConfigError` for files that can't be used."""
    splits = _from_files(recipe.data, seed) if recipe.data["train"] else _dates(recipe, seed)
    most = recipe.data["max_examples"]
    return splits if most is None else PairSplits(*(pairs[:most] for pairs in splits))


def table_of(data: Mapping[str, Any], split: str) -> TableFile:
    """The file of a given split."""
    return TableFile(Path(data[split]), f"recipe.data.{split}", (data["source"], data["target"]), data["encoding"])


def _dates(recipe: Recipe, seed: int) -> PairSplits:
    sizes = stated_sizes(recipe.sizes)
    rng = np.random.default_rng(seed)
    pairs = synthetic_dates.pairs(sum(sizes), rng)
    validation_from = sizes.train
    test_from = sizes.train + sizes.validation
    noise = float(recipe.data["label_noise"])
    return PairSplits(
        train=mismatched(pairs[:validation_from], noise, rng),
        validation=mismatched(pairs[validation_from:test_from], noise, rng),
        test=pairs[test_from:],
    )


def _from_files(data: Mapping[str, Any], seed: int) -> PairSplits:
    splits = {split: _columns(data, split) for split in SPLITS if data[split]}
    count = len(splits["train"])
    held_out = min(round(HELD_OUT * count), MAX_HELD_OUT)
    train = [splits["train"][row] for row in np.random.default_rng(seed).permutation(count).tolist()]
    for split in ("test", "validation"):
        if split not in splits:
            splits[split] = train[len(train) - held_out :]
            train = train[: len(train) - held_out]
    if not all((train, splits["validation"], splits["test"])):
        raise ConfigError("recipe.data.train", f"gives {count} pairs, too few to train and to hold out")
    return PairSplits(train, splits["validation"], splits["test"])


def _columns(data: Mapping[str, Any], split: str) -> Pairs:
    table = table_of(data, split)
    rows = tables.read(table)
    sources, targets = (tables.text(rows, name, data[split], table.key).to_pylist() for name in table.columns)
    return list(zip(sources, targets, strict=True))
