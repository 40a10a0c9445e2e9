"""The measured cases as arrays, and the scores of each case by a model that never saw its family."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from additive import Settings, fit

REGIMES = ("healthy", "overfit", "underfit", "erratic")
PRIOR = (2.0, 1.0, 1.0, 1.0)  # of the regimes: two of five runs that people ask about are sound
FOLDS = 7
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
        """Weights of mean 1 by which regimes count as `PRIOR` says, whatever their shares of the corpus are."""
        shares = (self.targets / self.targets.sum(axis=0)) @ np.array(PRIOR)
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
    """Scores of all cases, each by a model that was fitted without its family.

    Several families are left out at once, ``FOLDS`` times, so that no family is scored by a model that saw it.
    """
    families = pooled(table.facts[by])
    names = np.unique(families)
    order = np.random.default_rng(0).permutation(names.size)
    fold = {name: order[at] % FOLDS for at, name in enumerate(names)}
    folds = np.array([fold[family] for family in families])
    scores = np.zeros_like(table.targets)
    for number in np.unique(folds):
        held = folds == number
        model = fit(table.inputs[~held], table.targets[~held], table.weights[~held], settings)
        scores[held] = model.scores(table.inputs[held])
    return scores
