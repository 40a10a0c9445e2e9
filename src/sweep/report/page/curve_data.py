"""Curves as the page's script reads them: compact JSON within a budget, and an account of what was thinned."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sweep.curves import Curves, Series
from sweep.report.page.records import task_metric
from sweep.report.page.thinning import binned, extremes

BUDGET = 700_000
"""Numbers in a whole page, six to seven bytes each."""
FEWEST, MOST = 24, 1000
"""Points that a curve has, at the least and at the most, whatever the budget says."""
LESSER = 4
"""How many times fewer points a curve beside the losses and the task's metric has."""
WORTHWHILE = 12
"""Points below which such a curve is left out."""
AXIS = "epoch"
"""The series that is an axis, not a curve."""


@dataclass
class CurveData:
    """The curves of all runs, each run with an equal share of the budget. Steps that curves share are stored once."""

    share: int
    grids: list[str] = field(default_factory=list)
    runs: list[str] = field(default_factory=list)
    names: dict[str, None] = field(default_factory=dict)
    left_out: dict[str, None] = field(default_factory=dict)
    thinned: set[int] = field(default_factory=set)
    binned: set[int] = field(default_factory=set)
    _known: dict[bytes, int] = field(default_factory=dict)

    @staticmethod
    def for_runs(many: int) -> CurveData:
        """Empty, for so many runs."""
        return CurveData(BUDGET // max(many, 1))

    def add(self, curves: Curves) -> None:
        """Append the curves of the next run."""
        parts = [f"{_key(name)}:{text}" for name, text in self._encoded(curves)]
        self.runs.append("{" + ",".join(parts) + "}")

    def to_json(self) -> str:
        """``{"grids": [[step, ...], ...], "runs": [{series: [grid, [value, ...]]}, ...]}``."""
        return f'{{"grids":[{",".join(self.grids)}],"runs":[{",".join(self.runs)}]}}'

    def account(self) -> str:
        """What was thinned, in sentences; empty where every point is there."""
        said = []
        if self.binned:
            means = "are means of equal stretches, with the lowest and the highest of each"
            said.append(f"Batch losses of {_runs(self.binned)} {means}.")
        if self.thinned:
            said.append(f"Other long curves of {_runs(self.thinned)} keep the lowest and the highest of each stretch.")
        if self.left_out:
            said.append(f"Left out for want of room: {', '.join(self.left_out)}.")
        return " ".join(said)

    def _encoded(self, curves: Curves) -> Iterator[tuple[str, str]]:
        names = [name for name in curves if name in curves and name != AXIS]
        metric = task_metric(curves)
        first = {"batch_loss", "train_loss", "val_loss", f"train_{metric}", f"val_{metric}"}
        lesser = sum(name not in first for name in names)
        points = self.share / max(len(names) - lesser + lesser / LESSER, 1)
        for name in names:
            series = curves[name]
            most = int(min(max(points if name in first else points / LESSER, FEWEST), MOST))
            if name not in first and points / LESSER < min(len(series), WORTHWHILE):
                self.left_out[name] = None
                continue
            self.names[name] = None
            if name == "batch_loss" and len(series) > most:
                yield from self._means(series, most // 2)
                continue
            fewer = extremes(series, most)
            if len(fewer) < len(series):
                self.thinned.add(len(self.runs))
            yield name, self._text(fewer)

    def _means(self, series: Series, stretches: int) -> Iterator[tuple[str, str]]:
        self.binned.add(len(self.runs))
        bins = binned(series, stretches)
        yield "batch_loss", self._text(bins.mean)
        yield "batch_low", self._text(bins.low)
        yield "batch_high", self._text(bins.high)

    def _text(self, series: Series) -> str:
        key = series.steps.tobytes()
        if key not in self._known:
            self._known[key] = len(self.grids)
            self.grids.append(_steps(series.steps))
        return f"[{self._known[key]},[{_values(series.values)}]]"


def _key(name: str) -> str:
    """A name as JSON that cannot end the element around it."""
    return json.dumps(name).replace("<", "\\u003c")


def _steps(steps: NDArray[np.float64]) -> str:
    whole = (steps == steps.round()).all()
    return f"[{','.join(map(str, steps.astype(int).tolist() if whole else steps.tolist()))}]"


def _values(values: NDArray[np.float64]) -> str:
    """Four significant digits; ``null`` for what is not finite, which JSON cannot say."""
    if np.isfinite(values).all():
        return ",".join(["%.4g" % value for value in values.tolist()])  # noqa: UP031 (half the time of an f-string)
    return ",".join([f"{value:.4g}" if np.isfinite(value) else "null" for value in values.tolist()])


def _runs(runs: set[int]) -> str:
    return "1 run" if len(runs) == 1 else f"{len(runs):,} runs"
