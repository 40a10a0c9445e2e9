"""The fitted model behind the verdict: an additive score for each regime, in log-odds, that explains itself exactly.

A score is the sum of one term per input. A term is a piecewise linear function of its input, with a value of its own
where the input is NaN; beyond its outermost knots it stays constant. The probabilities are the softmax of the scores
over a temperature. So the log-odds of two regimes are the sum of the differences of their terms: nothing is left over
to be explained. (Generalised additive model: Hastie and Tibshirani, Statistical Science 1(3), 1986.)

`scripts/evidence/fit.py` writes `model.json`; nobody edits it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sweep.curves import Floats

FILE = Path(__file__).with_name("model.json")


LOG_KINDS = 6
FULLER = (8, 20)  # points from which a log tells more


def log_kind(log_points: Floats, train_fall: Floats, gap: Floats) -> NDArray[np.int64]:
    """The kind of a log, 0 to ``LOG_KINDS`` - 1: few, some or many points, with both series or with one alone.

    Args:
        log_points: Logarithm, base 10, of the points of the main series.
        train_fall: The measure of that name, NaN without training.
        gap: ``gap_of_level``, NaN without validation or without training.
    """
    both = np.isfinite(train_fall) & np.isfinite(gap)
    size = np.digitize(10.0**log_points, [points - 0.5 for points in FULLER])
    kind: NDArray[np.int64] = size + (len(FULLER) + 1) * both.astype(int)
    return kind


@dataclass(frozen=True)
class Model:
    """``knots`` and ``values`` of all terms, padded to one width: a few array operations score a run.

    ``knots`` has the shape ``(inputs, width)``, ascending, padded with infinity; ``values`` ``(inputs, width,
    regimes)``; ``missing`` ``(inputs, regimes)``; ``offset`` ``(regimes,)``. ``low`` and ``high`` of shape
    ``(inputs,)`` bound what the model was fitted on. ``temperatures`` of shape ``(LOG_KINDS,)`` divide the
    scores: a fuller log makes surer.
    """

    regimes: tuple[str, ...]
    inputs: tuple[str, ...]
    knots: Floats
    values: Floats
    missing: Floats
    offset: Floats
    temperatures: Floats
    low: Floats
    high: Floats

    def terms(self, inputs: Mapping[str, float]) -> Floats:
        """Every term's contribution to every regime's score, shape ``(inputs, regimes)``."""
        x = np.array([inputs[name] for name in self.inputs])
        unknown = np.isnan(x)
        known = np.where(unknown, 0.0, x)
        rows = np.arange(x.size)
        right = np.clip((self.knots <= known[:, None]).sum(axis=1), 1, self._last)
        below, above = self.knots[rows, right - 1], self.knots[rows, right]
        share = np.clip((known - below) / (above - below), 0.0, 1.0)[:, None]
        interpolated = (1 - share) * self.values[rows, right - 1] + share * self.values[rows, right]
        return np.where(unknown[:, None], self.missing, interpolated) / self.temperature(inputs)

    def temperature(self, inputs: Mapping[str, float]) -> float:
        """What the scores of a run are divided by."""
        kind = log_kind(*(np.array(inputs[name]) for name in ("log_points", "train_fall", "gap_of_level")))
        return float(self.temperatures[int(kind)])

    @property
    def _last(self) -> NDArray[np.int64]:
        last: NDArray[np.int64] = np.isfinite(self.knots).sum(axis=1) - 1
        return last

    def probabilities(self, terms: Floats, temperature: float) -> dict[str, float]:
        """The probability of each regime, from its terms."""
        scores = self.offset / temperature + terms.sum(axis=0)
        weights = np.exp(scores - scores.max())
        return dict(zip(self.regimes, (weights / weights.sum()).tolist(), strict=True))

    def outside(self, inputs: Mapping[str, float]) -> list[str]:
        """Names of the inputs beyond anything that the model was fitted on."""
        x = np.array([inputs[name] for name in self.inputs])
        beyond = (x < self.low) | (x > self.high)
        return [name for name, far in zip(self.inputs, beyond, strict=True) if far]


@cache
def fitted() -> Model:
    """The model that ships."""
    return read(FILE.read_text(encoding="utf-8"))


def read(text: str) -> Model:
    """The model in the text of its file."""
    stored = json.loads(text)
    width = max(len(term["knots"]) for term in stored["terms"].values())
    count, regimes = len(stored["terms"]), tuple(stored["regimes"])
    knots = np.full((count, width), np.inf)
    values = np.zeros((count, width, len(regimes)))
    for row, term in enumerate(stored["terms"].values()):
        used = len(term["knots"])
        knots[row, :used] = term["knots"]
        values[row, :used] = term["values"]
    terms = list(stored["terms"].values())
    return Model(
        regimes=regimes,
        inputs=tuple(stored["terms"]),
        knots=knots,
        values=values,
        missing=np.array([term["missing"] for term in terms]),
        offset=np.array(stored["offset"]),
        temperatures=np.array(stored["temperatures"]),
        low=np.array([term["low"] for term in terms]),
        high=np.array([term["high"] for term in terms]),
    )
