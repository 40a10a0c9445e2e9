"""Stratified splits: disjoint, of the sizes asked for, with the classes in their shares, and of the seed."""

from __future__ import annotations

import numpy as np
import pytest

from sweep.config.schema import Sizes
from sweep.errors import ConfigError
from sweep.recipes.data.label_noise import mislabelled, mismatched
from sweep.recipes.data.splits import SplitRows, complete_splits, stratified_split, train_size

LABELS = np.arange(300) % 3


def test_a_stratified_split_is_disjoint_in_shares_and_of_the_seed() -> None:
    sizes = Sizes(train=90, validation=60, test=30)
    first, again, other = (stratified_split(LABELS, sizes, seed) for seed in (0, 0, 1))
    assert [len(rows) for rows in first] == [90, 60, 30]
    assert len(set(np.concatenate(first).tolist())) == 180
    for rows in first:
        assert np.ptp(np.bincount(LABELS[rows])) == 0
    assert all(np.array_equal(mine, same) for mine, same in zip(first, again, strict=True))
    assert set(first.test.tolist()) != set(other.test.tolist())


def test_a_larger_training_set_leaves_the_other_splits_as_they_were() -> None:
    small, large = (stratified_split(LABELS, Sizes(train=size, validation=60, test=30), 0) for size in (90, 210))
    assert np.array_equal(small.validation, large.validation)
    assert np.array_equal(small.test, large.test)


def test_sizes_that_can_not_be_had_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"recipe\.sizes\.train is 211, but must be at most 210"):
        stratified_split(LABELS, Sizes(train=211, validation=60, test=30), 0)
    with pytest.raises(ConfigError, match=r"recipe\.sizes\.test is null"):
        stratified_split(LABELS, Sizes(train=100, validation=60), 0)


def test_splits_that_are_not_given_are_held_out_of_the_training_rows() -> None:
    first, again, other = (complete_splits({"train": LABELS}, None, seed) for seed in (0, 0, 1))
    taken = np.concatenate([rows for _, rows in first.values()])
    assert sorted(taken.tolist()) == list(range(300))
    for source, rows in first.values():
        assert source == "train"
        assert np.ptp(np.bincount(LABELS[rows])) <= 1
    assert all(np.array_equal(first[split].rows, again[split].rows) for split in first)
    assert set(first["test"].rows.tolist()) != set(other["test"].rows.tolist())


def test_given_splits_are_kept_and_every_one_is_capped() -> None:
    selections = complete_splits({"train": LABELS, "validation": np.arange(90) % 3}, 30, 0)
    assert {split: len(rows) for split, (_, rows) in selections.items()} == {"train": 30, "validation": 30, "test": 30}
    assert selections["validation"].source == "validation"
    assert selections["test"].source == "train"


@pytest.mark.parametrize(("given", "most"), [(("train",), None), (("train", "test"), None), (("train",), 40)])
def test_the_size_of_the_training_split_is_known_beforehand(given: tuple[str, ...], most: int | None) -> None:
    selections = complete_splits(dict.fromkeys(given, LABELS), most, 0)
    assert train_size(dict.fromkeys(given, len(LABELS)), most) == len(selections["train"].rows)


def test_too_few_rows_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"too few to hold some out: give .*validation and .*test"):
        complete_splits({"train": np.arange(8) % 2}, None, 0)
    with pytest.raises(ConfigError, match=r"recipe\.data\.max_examples is 1"):
        train_size({"train": 300}, 1)


def test_a_class_of_a_single_row_goes_anywhere() -> None:
    labels = np.array([0] * 20 + [1] * 19 + [2])
    selections = complete_splits({"train": labels}, None, 0)
    assert sum(len(rows) for _, rows in selections.values()) == 40


def test_label_noise_is_an_exact_share_of_training_and_validation() -> None:
    rows = SplitRows(np.arange(100), np.arange(100, 200), np.arange(200, 300))
    noisy = mislabelled(LABELS, rows, 0.2, 3, np.random.default_rng(0))
    assert [int((noisy[split] != LABELS[split]).sum()) for split in rows] == [20, 20, 0]
    pairs = [(f"source {row}", f"target {row}") for row in range(40)]
    swapped = mismatched(pairs, 0.25, np.random.default_rng(0))
    assert sum(a != b for a, b in zip(pairs, swapped, strict=True)) == 10
    assert sorted(target for _, target in swapped) == sorted(target for _, target in pairs)
