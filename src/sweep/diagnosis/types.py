"""What a diagnosis is made of: plain frozen records that print, compare and turn into JSON."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

Regime = str  # a name of `sweep.regimes.VERDICTS`


@dataclass(frozen=True)
class Finding:
    """One symptom: the number measured, the bound it crossed, the step where it shows (``None``: the whole run)."""

    name: str
    value: float
    bound: float
    step: float | None
    text: str


@dataclass(frozen=True)
class Advice:
    """A remedy by name, how strong the curves want it (1 is the default), and why."""

    remedy: str
    text: str
    strength: float = 1.0


@dataclass(frozen=True)
class Baseline:
    """What a constant predictor reaches, where known: the loss in the loss's own units, the accuracy in 0..1."""

    loss: float | None = None
    acc: float | None = None


@dataclass(frozen=True)
class Reason:
    """A line of evidence for the verdict against its runner-up, in log-odds; negative where it speaks against it.

    ``finding`` is the name of the finding that words it, ``None`` where the line has no finding.
    """

    evidence: str
    log_odds: float
    finding: str | None
    text: str


@dataclass(frozen=True)
class Diagnosis:
    """A verdict on one run, with its reasons.

    ``confidence`` is the calibrated probability that the verdict is right, in 0..1; 0 for "inconclusive".
    ``probabilities`` has one for each regime, empty where nothing could be measured; ``why`` is what spoke for the
    verdict against the runner-up, the weightiest first. ``findings`` are ordered with the ones behind the verdict
    first. The last four answer the questions after training, each a record whose ``text`` says it in words.
    """

    regime: Regime
    confidence: float
    findings: tuple[Finding, ...] = ()
    advice: tuple[Advice, ...] = ()
    final: dict[str, Any] = field(default_factory=dict)
    efficiency: dict[str, Any] = field(default_factory=dict)
    generalization: dict[str, Any] = field(default_factory=dict)
    trend: dict[str, Any] = field(default_factory=dict)
    probabilities: dict[str, float] = field(default_factory=dict)
    why: tuple[Reason, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Everything as JSON can hold it: numbers that are not finite become ``None``."""
        plain: dict[str, Any] = _jsonable(self)
        return plain


def _jsonable(value: Any) -> Any:
    if isinstance(value, Diagnosis | Finding | Advice | Reason):
        return _jsonable(vars(value))
    if isinstance(value, dict):
        return {key: _jsonable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_jsonable(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value
