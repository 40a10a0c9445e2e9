"""The measured cases as arrays, and the scores of each case by a model that never saw its family."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from additive import Settings, fit

REGIMES = ("healthy", "overfit", "underfit", "erratic")
FEWEST = 100  # cases below which families are pooled
ARRAYS = ("names", "measures", "target", "label", "gains")
Array = np.ndarray


@dataclass(frozen=True)
class Table:
    """Inputs of shape ``(cases, inputs)``, targets ``(cases, regimes)``; the facts are of shape ``(cases,)``."""

    names: tuple[str, ...]
    inputs: Array
    targets: Array
    labels: Array
    gains: Array
    facts: dict[str, Array]

    @property
    def clear(self) -> Array:
        """Whether a case is one of a single regime."""
        return self.labels != "mixed"

    @property
    def truth(self) -> Array:
        """The regime's index in ``REGIMES``; 0 where mixed."""
        order = {name: at for at, name in enumerate(REGIMES)}
        return np.array([order.get(str(label), 0) for label in self.labels])

    @property
    def weights(self) -> Array:
        """Weights of mean 1 by which every regime counts alike."""
        shares = (self.targets / self.targets.sum(axis=0)).sum(axis=1)
        return shares / shares.mean()


def load(path: Path) -> Table:
    """The table in a file of `measure.py`."""
    with np.load(path) as file:
        known = {name: file[name] for name in file.files}
    facts = {name: values for name, values in known.items() if name not in ARRAYS}
    return Table(
        tuple(str(name) for name in known["names"]),
        known["measures"].astype(float),
        known["target"].astype(float),
        known["label"],
        known["gains"],
        facts,
    )


def pooled(families: Array) -> Array:
    """Families, the small ones pooled into one."""
    names, counts = np.unique(families, return_counts=True)
    small = set(names[counts < FEWEST])
    return np.array(["others" if name in small else str(name) for name in families])


def families_left_out(table: Table, settings: Settings, by: str = "family") -> Array:
    """Scores of all cases, each by a model that was fitted without its family."""
    families = pooled(table.facts[by])
    scores = np.zeros_like(table.targets)
    for family in np.unique(families):
        held = families == family
        model = fit(table.inputs[~held], table.targets[~held], table.weights[~held], settings)
        scores[held] = model.scores(table.inputs[held])
    return scores
