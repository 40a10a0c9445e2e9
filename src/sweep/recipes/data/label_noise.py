"""Wrong labels, put in on purpose: data that people have labelled have some."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sweep.recipes.data.splits import SplitRows

Pairs = list[tuple[str, str]]


def mislabelled(
    labels: NDArray[np.integer], rows: SplitRows, share: float, classes: int, rng: np.random.Generator
) -> NDArray[np.intp]:
    """The labels with exactly ``share`` of those of training and validation wrong; the test split stays clean.

    Args:
        labels: the class of each row, shape ``(rows,)``.
        rows: which rows belong to which split.
        share: from 0 to 1.
        classes: how many there are; a wrong label is any other, each as likely.
        rng: where chance comes from.
    """
    noisy = np.array(labels, dtype=np.intp)
    for split in (rows.validation, rows.train):  # in this order a larger training set leaves validation as it was
        wrong = rng.choice(split, size=round(share * len(split)), replace=False)
        noisy[wrong] = (noisy[wrong] + rng.integers(1, classes, size=len(wrong))) % classes
    return noisy


def mismatched(pairs: Pairs, share: float, rng: np.random.Generator) -> Pairs:
    """The pairs with exactly ``share`` of the targets swapped among themselves: right texts in the wrong rows."""
    wrong = rng.choice(len(pairs), size=round(share * len(pairs)), replace=False)
    targets = [target for _, target in pairs]
    for row, other in zip(wrong.tolist(), np.roll(wrong, 1).tolist(), strict=True):
        targets[row] = pairs[other][1]
    return [(source, target) for (source, _), target in zip(pairs, targets, strict=True)]
