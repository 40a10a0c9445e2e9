"""Stratified splits of labelled rows, the same ones for the same seed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sweep.config.schema import Sizes
from sweep.errors import ConfigError

SPLITS = ("train", "validation", "test")
HELD_OUT = 0.15  # share of the training rows that becomes each split that is not given
MAX_HELD_OUT = 500  # rows
Rows = NDArray[np.intp]
Labels = NDArray[np.int64]


class SplitSizes(NamedTuple):
    """Examples in each split."""

    train: int
    validation: int
    test: int


class SplitRows(NamedTuple):
    """Row numbers of three disjoint splits, each of shape ``(rows,)``."""

    train: Rows
    validation: Rows
    test: Rows


class Selection(NamedTuple):
    """The given split that a split is taken from, and its rows there."""

    source: str
    rows: Rows


def stated_sizes(sizes: Sizes) -> SplitSizes:
    """The sizes that a recipe states. Raises `ConfigError` for one that is null."""
    stated = [getattr(sizes, split) for split in SPLITS]
    for split, size in zip(SPLITS, stated, strict=True):
        if size is None:
            raise ConfigError(f"recipe.sizes.{split}", "is null, but this recipe needs a number of examples")
    return SplitSizes(*stated)


def stratified_split(labels: NDArray[np.integer], sizes: Sizes, seed: int) -> SplitRows:
    """Three disjoint splits of the stated sizes, each with the classes in their shares.

    Args:
        labels: the class of each row, shape ``(rows,)``.
        sizes: how many rows go into each split.
        seed: decides which ones.

    Raises `ConfigError` where the sizes ask for more rows than there are.
    """
    wanted = stated_sizes(sizes)
    if sum(wanted) > len(labels):
        most = len(labels) - wanted.validation - wanted.test
        raise ConfigError("recipe.sizes.train", f"is {wanted.train}, but must be at most {most}: the data have no more")
    rest, held_out = _take(np.arange(len(labels)), labels, wanted.validation + wanted.test, seed)
    validation, test = _take(held_out, labels, wanted.test, seed)
    spare = len(rest) - wanted.train
    train = _take(rest, labels, spare, seed)[0] if spare else rest
    return SplitRows(train, validation, test)


def train_size(counts: Mapping[str, int], max_examples: int | None) -> int:
    """How many training rows `complete_splits` leaves, of the rows in each given split.

    Raises `ConfigError` where there are too few.
    """
    missing = [split for split in SPLITS if split not in counts]
    left = counts["train"] - len(missing) * _held_out(counts["train"], missing)
    if max_examples is None:
        return left
    if max_examples < 2:
        raise ConfigError("recipe.data.max_examples", f"is {max_examples}, but must be at least 2, or null")
    return min(left, max_examples)


def complete_splits(labels: Mapping[str, Labels], max_examples: int | None, seed: int) -> dict[str, Selection]:
    """Train, validation and test: what is not given is held out of the training rows, with the classes in their shares.

    Args:
        labels: the class of each row, for each given split; ``train`` is one of them.
        max_examples: at most so many rows in each split; None for all.
        seed: decides which rows are held out, and which are left where there are too many.

    Raises `ConfigError` where there are too few rows.
    """
    counts = {split: len(values) for split, values in labels.items()}
    train_size(counts, max_examples)
    held_out = _held_out(counts["train"], [split for split in SPLITS if split not in labels])
    train = np.arange(counts["train"])
    selections = {}
    for split in ("test", "validation"):
        if split in labels:
            selections[split] = Selection(split, np.arange(counts[split]))
        else:
            train, taken = _take(train, labels["train"], held_out, seed)
            selections[split] = Selection("train", taken)
    selections["train"] = Selection("train", train)
    return {split: _capped(each, labels, max_examples, seed) for split, each in selections.items()}


def _held_out(rows: int, missing: list[str]) -> int:
    """How many of the training rows become each missing split."""
    size = min(round(HELD_OUT * rows), MAX_HELD_OUT)
    if missing and (size < 2 or rows - len(missing) * size < 2):
        splits = " and ".join(f"recipe.data.{split}" for split in missing)
        raise ConfigError("recipe.data.train", f"has {rows} rows, too few to hold some out: give {splits}")
    return size


def _capped(selection: Selection, labels: Mapping[str, Labels], most: int | None, seed: int) -> Selection:
    rows = selection.rows
    if most is not None and len(rows) > most:
        _, rows = _take(rows, labels[selection.source], most, seed)
    return Selection(selection.source, np.sort(rows))


def _take(rows: Rows, labels: NDArray[np.integer], count: int, seed: int) -> tuple[Rows, Rows]:
    """``rows`` without ``count`` of them, and those ``count``, both with the classes in their shares.

    Shares are not kept where they can't be: where a class has one row, or one side has fewer rows than classes.
    """
    from sklearn.model_selection import train_test_split  # slow to import, and `train_size` does without

    own = labels[rows]
    classes, counts = np.unique(own, return_counts=True)
    smaller_side = min(count, len(rows) - count)
    in_shares = len(classes) <= smaller_side and counts.min() >= 2
    rest, taken = train_test_split(rows, test_size=count, random_state=seed, stratify=own if in_shares else None)
    return rest, taken
