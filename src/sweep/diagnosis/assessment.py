"""What the model makes of a run: its inputs, the probabilities of the regimes, and each line of evidence's share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from sweep.curves import Floats
from sweep.diagnosis.findings.vote import Vote
from sweep.diagnosis.measures import LINES
from sweep.diagnosis.model import Model, fitted

VOTES: Final = ("erratic", "overfit", "underfit")
EVIDENCE: Final[dict[str, tuple[str, ...]]] = {**LINES, "rules": tuple(f"vote_{regime}" for regime in VOTES)}
INPUTS: Final[tuple[str, ...]] = tuple(name for names in EVIDENCE.values() for name in names)


class Assessment(NamedTuple):
    """Probabilities by regime, the model's terms, and the inputs beyond anything that the model was fitted on."""

    probabilities: dict[str, float]
    terms: Floats
    outside: list[str]


def inputs_of(m: Mapping[str, float], voted: Vote) -> dict[str, float]:
    """The model's inputs: every measure, and the strength of each regime's strongest rule."""
    return {**m, **{f"vote_{regime}": voted.strengths[regime] for regime in VOTES}}


def assess(m: Mapping[str, float], voted: Vote) -> Assessment:
    """What the fitted model makes of the measures and the rules' vote."""
    model, inputs = fitted(), inputs_of(m, voted)
    terms = model.terms(inputs)
    return Assessment(model.probabilities(terms, model.temperature(inputs)), terms, model.outside(inputs))


def odds_by_line(assessment: Assessment, regime: str, rival: str) -> dict[str, float]:
    """Log-odds of a regime against its rival by line of evidence; the model's offset is left out."""
    model: Model = fitted()
    of = {name: model.regimes.index(name) for name in (regime, rival)}
    difference = assessment.terms[:, of[regime]] - assessment.terms[:, of[rival]]
    share = dict(zip(model.inputs, difference.tolist(), strict=True))
    return {line: sum(share[name] for name in names) for line, names in EVIDENCE.items()}
