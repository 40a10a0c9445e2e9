"""Additive models over a ``Prospect``, fitted by `scripts/calibrate_stops.py`, which writes `prospect_models.json`.

A score is an offset plus one term per measure. A term is a piecewise linear function of its measure, constant beyond
its outermost knots, with a value of its own where the measure is NaN. (Hastie and Tibshirani, Generalized Additive
Models, Statistical Science 1(3), 1986.)
"""

from __future__ import annotations

import json
import math
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from sweep.curves import Floats
from sweep.diagnosis.prospect import Prospect

FILE = Path(__file__).with_name("prospect_models.json")


class Term(NamedTuple):
    """One measure's share of a score: ``values`` at ``knots``, and the value where the measure is NaN."""

    measure: str
    knots: Floats
    values: Floats
    missing: float

    def at(self, measured: float) -> float:
        """The share of a score that a measured value has."""
        return self.missing if math.isnan(measured) else float(np.interp(measured, self.knots, self.values))


class Additive(NamedTuple):
    """A score in the unit that the model was fitted in."""

    offset: float
    terms: tuple[Term, ...]

    def score(self, prospect: Prospect) -> float:
        """The offset and all terms."""
        return self.offset + sum(term.at(getattr(prospect, term.measure)) for term in self.terms)


class ProspectModels(NamedTuple):
    """``better``: log-odds that a validation loss more than 1 % below the best so far will come.

    ``change``: ln of the validation level after as much training again over that now. ``spread``: ln of one standard
    deviation of it, as a share of the level now. ``stop_below``: the chance of a better one below which to stop.
    """

    better: Additive
    change: Additive
    spread: Additive
    stop_below: float


@cache
def models() -> ProspectModels:
    """The fitted models, read once."""
    stored: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return ProspectModels(
        better=_additive(stored["better"]),
        change=_additive(stored["change"]),
        spread=_additive(stored["spread"]),
        stop_below=float(stored["stop_below"]),
    )


def _additive(stored: dict[str, Any]) -> Additive:
    terms = tuple(
        Term(name, np.array(term["knots"]), np.array(term["values"]), float(term["missing"]))
        for name, term in stored["terms"].items()
    )
    return Additive(float(stored["offset"]), terms)
