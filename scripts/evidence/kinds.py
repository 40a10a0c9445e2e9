"""Kinds of data: real ones that packages ship, and synthetic ones that differ from call to call.

Each kind is a function of a generator that returns a `Table`; `KINDS` lists them. Real are `digits`, `cancer`, `wine`,
`iris`, `diabetes` (scikit-learn's sets), `photos` and `pixels` (its two sample photographs), `letters`, `words`
and `topics` (the prose of Python's own help texts).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import images
import numpy as np
import sequences
import tables

Made = tuple[np.ndarray, np.ndarray]
KINDS: dict[str, Callable[[np.random.Generator], Made]] = {
    **tables.KINDS,
    **images.KINDS,
    **sequences.KINDS,
}
REGRESSIONS = {"diabetes", "friedman", "waves", "linear", "pixels", "forecast"}


@dataclass(frozen=True)
class Table:
    """Inputs ``(examples, ...)`` and targets ``(examples,)``; ``classes`` is 0 for a regression, ``words`` for floats.

    ``form`` is `table`, `image` (height, width, channels), `signal` (positions, channels) or `tokens` (positions).
    """

    inputs: np.ndarray
    targets: np.ndarray
    classes: int
    words: int
    form: str


def load(kind: str, rng: np.random.Generator) -> Table:
    """All examples of a kind in random order; inputs have mean 0 and deviation 1 in each feature or as a whole."""
    inputs, targets = KINDS[kind](rng)
    order = rng.permutation(len(inputs))
    inputs, targets = inputs[order], targets[order]
    if inputs.dtype.kind == "i":
        return Table(
            inputs.astype(np.int64), targets.astype(np.int64), int(targets.max()) + 1, int(inputs.max()) + 1, "tokens"
        )
    form = {2: "table", 3: "signal", 4: "image"}[inputs.ndim]
    axis = 0 if form == "table" else None
    inputs = ((inputs - inputs.mean(axis)) / (inputs.std(axis) + 1e-6)).astype(np.float32)
    if kind in REGRESSIONS:
        return Table(inputs, ((targets - targets.mean()) / targets.std()).astype(np.float32), 0, 0, form)
    return Table(inputs, targets.astype(np.int64), int(targets.max()) + 1, 0, form)
