"""Splits of labelled rows: validation and test split off where they are not given, by a seed, classes in shares."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import train_test_split

from sweep.errors import ConfigError

HELD_OUT, MOST_HELD_OUT = 0.15, 500  # of the rows, for validation and for test, where they are not given
Rows = NDArray[np.intp]


def part(labels: Mapping[str, NDArray[np.int64]], seed: int, most: int | None) -> dict[str, tuple[str, Rows]]:
    """For each of train, validation and test: which of the given splits it is of, and the rows.

    ``most`` caps the training rows, and those of the two others to as many each. Raises `ConfigError` where there are
    too few rows.
    """
    if most is not None and most < 2:
        raise ConfigError("recipe.data.max_examples", f"is {most}, but must be at least 2, or null")
    left = np.arange(len(labels["train"]))
    parts: dict[str, tuple[str, Rows]] = {}
    for name in ("test", "validation"):
        if name in labels:
            parts[name] = (name, np.arange(len(labels[name])))
        else:
            held = min(round(HELD_OUT * len(labels["train"])), MOST_HELD_OUT)
            if held < 2 or len(left) - held < 2:
                raise ConfigError(
                    "recipe.data.train",
                    f"has {len(labels['train'])} rows, too few to split off {name}: give recipe.data.{name}",
                )
            left, taken = _divide(left, labels["train"], held, seed)
            parts[name] = ("train", taken)
    parts["train"] = ("train", left)
    return {name: (source, _capped(rows, labels[source], most, seed)) for name, (source, rows) in parts.items()}


def _capped(rows: Rows, labels: NDArray[np.int64], most: int | None, seed: int) -> Rows:
    if most is None or len(rows) <= most:
        return np.sort(rows)
    return np.sort(_divide(rows, labels, most, seed)[1])


def _divide(rows: Rows, labels: NDArray[np.int64], count: int, seed: int) -> tuple[Rows, Rows]:
    """The rows but ``count``, and ``count`` of them; a class of one row is no share and is dealt out by chance."""
    kinds, counts = np.unique(labels[rows], return_counts=True)
    spread = len(kinds) <= min(count, len(rows) - count) and counts.min() >= 2
    rest, taken = train_test_split(rows, test_size=count, random_state=seed, stratify=labels[rows] if spread else None)
    return rest, taken
