"""Watch a run while it trains: fed point by point, it warns once per finding and says when to stop or to keep going."""

from __future__ import annotations

import math
from array import array
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sweep.curves import Curves, Series
from sweep.diagnosis.noise import noise
from sweep.diagnosis.series import PreparedSeries, prepare_series
from sweep.diagnosis.stopping import Rise, rising
from sweep.diagnosis.trend import extrapolate
from sweep.diagnosis.types import Baseline, Diagnosis
from sweep.diagnosis.verdict import diagnose, judge

ALARMING = frozenset(
    {"diverged", "collapsed", "oscillating", "lost_ground", "validation_rose", "generalization_gap", "rate_too_low"}
)
SETTLED = 8  # validation points before a finding other than a breakdown is believed
LEARNS = 1.05  # how many times its level the start is where a run has begun to learn
BROKEN = 3  # values in a row that are NaN or infinite before the run counts as hopeless


@dataclass(frozen=True)
class Alert:
    """One message of a watched run: the finding's name (or ``keep_going``, ``stop``), where, and in words."""

    name: str
    step: float
    text: str


class Monitor:
    """Holds the points of one run seen so far, the verdict on them, and what was said.

    Up to 100 validation points it judges at each, then whenever there is a hundredth more of them, so that a long run
    costs no more than a few hundred verdicts. ``patience``: the validation points without a new best after which plain
    early stopping would end the run.
    """

    def __init__(self, baseline: Baseline | None = None, patience: int = 5) -> None:
        self.alerts: list[Alert] = []
        self._baseline, self._patience = baseline, patience
        self._seen: dict[str, tuple[array[float], array[float]]] = {}  # numpy reads an array at once, a list one by one
        self._said: set[str] = set()
        self._before: frozenset[str] = frozenset()
        self._judged = self._waited = self._bad = 0
        self._best = math.inf
        self._hopeless = self._idle = False
        self._diagnosis: Diagnosis | None = None  # of all points so far; None where points came since

    @property
    def diagnosis(self) -> Diagnosis:
        """The verdict on everything fed so far."""
        if self._diagnosis is None:
            self._diagnosis = diagnose(self.curves, self._baseline)
        return self._diagnosis

    @property
    def hopeless(self) -> bool:
        """The run is beyond help: diverged, collapsed, or overfit well beyond its best. It stays so."""
        return self._hopeless

    @property
    def should_stop(self) -> bool:
        """Hopeless, or nothing left to gain: neither training nor validation moves any more."""
        return self._hopeless or self._idle

    def optimistic_final(self, done: float) -> float:
        """The lowest validation loss that the run may still come to by its end, in its unit, when a share is done.

        Optimistic: its best so far, or as far below the level of late as one and a half times the extrapolation reaches
        with three errors more. Minus infinity where that can't be told: before it has settled, and where it has not
        begun to learn.
        """
        view = prepare_series(self.curves)
        if view.val.size < SETTLED or view.kind != "loss" or not 0 < done <= 1:
            return -math.inf
        level = float(np.median(view.val[-3:]))
        if max(float(view.val[0]), float(view.train[0]) if view.train.size else 0.0) < LEARNS * level:
            return -math.inf
        fall, error = extrapolate(view.time, view.val, 1 / done)
        lowest = level - 1.5 * fall - 3 * float(np.hypot(error, noise(view.val)))
        return view.value(min(float(view.val.min()), lowest))

    @property
    def curves(self) -> Curves:
        """Everything fed so far."""
        return Curves({name: Series(steps, points) for name, (steps, points) in self._seen.items()})

    def add(self, step: float, values: Mapping[str, float]) -> list[Alert]:
        """Take the values of one step, by name, and return what is new to say about the run."""
        for name, value in values.items():
            steps, points = self._seen.setdefault(name, (array("d"), array("d")))
            steps.append(step)
            points.append(value)
        self._diagnosis = None
        losses = [value for name, value in values.items() if name.endswith("loss")]
        self._bad = self._bad + 1 if any(not math.isfinite(v) for v in losses) else 0 if losses else self._bad
        validated = any(name.startswith("val_") for name in values)
        if not (validated or self._bad == BROKEN):
            return []
        count = max(len(points) for _, points in self._seen.values())
        if count < self._judged + self._judged // 100 + 1 and self._bad != BROKEN:
            return []
        self._judged = count
        fresh = [alert for alert in self._judge(step) if alert.name not in self._said]
        self._said.update(alert.name for alert in fresh if alert.name != "keep_going")
        self.alerts += fresh
        return fresh

    def _judge(self, step: float) -> list[Alert]:
        curves = self.curves
        view = prepare_series(curves)
        self._diagnosis = judge(view, curves, self._baseline)
        rise = rising(view.val, view.train) if view.val.size >= 4 else None
        now = {found.name: found for found in self._diagnosis.findings if found.name in ALARMING}
        known = view.val.size >= SETTLED or "diverged" in now
        alerts = [Alert(x.name, step, x.text) for x in now.values() if known and self._believed(x.name)]
        self._before = frozenset(now)
        alerts += self._wait(view, rise, step)
        was = self.should_stop
        self._hopeless = self._hopeless or self._bad >= BROKEN or self._gone(view, rise)
        self._idle = self._idle or idle(view)
        if self.should_stop and not was:
            alerts.append(Alert("stop", step, self._reason(view, rise)))
        return alerts

    def _believed(self, name: str) -> bool:
        """A symptom is reported when it is seen twice running; NaN, only when it stays."""
        return self._bad >= BROKEN if name == "diverged" else name in self._before

    def _gone(self, view: PreparedSeries, rise: Rise | None) -> bool:
        if view.val.size < SETTLED:
            return False
        names = {found.name for found in self.diagnosis.findings} & self._before
        thrown = "diverged" in names and view.broken is None
        return thrown or "collapsed" in names or (rise is not None and rise.lost)

    def _wait(self, view: PreparedSeries, rise: Rise | None, step: float) -> list[Alert]:
        """Where patience would have ended a run that still improves, say so."""
        if not view.val.size:
            return []
        best = view.value(float(view.val.min()))
        self._waited = 0 if best < self._best else self._waited + 1
        self._best = best
        gain, error = self.diagnosis.trend.get("gain", 0.0), self.diagnosis.trend.get("error", 0.0)
        if self._waited != self._patience or gain < 2 * error or self.diagnosis.regime in ("overfit", "erratic"):
            return []
        text = (
            f"no new best for {self._patience} evaluations, yet the trend is still downwards: "
            f"as much training again would gain about {gain:.3g} +- {error:.2g}"
        )
        return [Alert("keep_going", step, text)] if gain > 0 else []

    def _reason(self, view: PreparedSeries, rise: Rise | None) -> str:
        if self._bad >= BROKEN:
            return f"the loss was NaN or infinite {BROKEN} times running"
        if rise is not None and rise.lost:
            best = int(np.argmin(view.val))
            return f"validation {view.kind} has risen since step {view.steps[best]:g}: keep the weights of that step"
        if self._hopeless:
            return self.diagnosis.findings[0].text
        return "neither training nor validation moves any more: nothing is left to gain"


def idle(view: PreparedSeries) -> bool:
    """Whether every series stood still, to a millionth of its range, in the last half of a long enough run."""
    half = slice(view.main.size // 2, None)
    if view.main.size < 20:
        return False
    parts = [part for part in (view.val, view.train) if part.size]
    return all(np.ptp(part[half]) <= 1e-6 * np.ptp(part) for part in parts)
