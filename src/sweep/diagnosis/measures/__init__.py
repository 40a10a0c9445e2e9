"""What is measured on a run: a documented function each, free of the units of losses and steps.

A measure that cannot be asked of a run is NaN, never 0. To add one: write the function in the module that it belongs
to and name it in that module's ``__all__``; `make fit` then fits the verdict's model with it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sweep.diagnosis.measures import accuracy, collapse, gap, outlook, progress, sampling, steadiness, turning
from sweep.diagnosis.measures.run import MOST, Run, ratio

_MODULES = (sampling, progress, turning, gap, steadiness, collapse, outlook, accuracy)
MEASURES: Final[dict[str, Callable[[Run], float]]] = {
    name: getattr(module, name) for module in _MODULES for name in module.__all__
}
LINES: Final[dict[str, tuple[str, ...]]] = {
    module.__name__.rpartition(".")[2]: tuple(module.__all__) for module in _MODULES
}
"""Lines of evidence: the measures of each module, by the module's name."""


def measure(run: Run) -> dict[str, float]:
    """Every measure of a run with at least one point, by name."""
    return {name: function(run) for name, function in MEASURES.items()}


__all__ = ["LINES", "MEASURES", "MOST", "Run", "measure", "ratio"]
