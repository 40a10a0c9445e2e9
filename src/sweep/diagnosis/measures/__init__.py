"""What is measured on a run: a documented function each, free of the units of losses and steps.

A measure that cannot be asked of a run is NaN, never 0. To add one: write the function in the module that it belongs
to and name it in that module's ``__all__``; `make fit` then fits the verdict's model with it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sweep.diagnosis.measures import accuracy, collapse, gap, outlook, progress, sampling, steadiness, turning
from sweep.diagnosis.measures.run import MOST, Run, ratio

MEASURES: Final[dict[str, Callable[[Run], float]]] = {
    name: getattr(module, name)
    for module in (sampling, progress, turning, gap, steadiness, collapse, outlook, accuracy)
    for name in module.__all__
}


def measure(run: Run) -> dict[str, float]:
    """Every measure of a run with at least one point, by name."""
    return {name: function(run) for name, function in MEASURES.items()}


__all__ = ["MEASURES", "MOST", "Run", "measure", "ratio"]
