"""Watch a run while it trains: fed row by row, it warns once per finding and says when to stop or to keep going."""

from __future__ import annotations

import math
from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from sweep.curves import Curves, Series
from sweep.diagnosis.alarms import SETTLED, TRAINING_SETTLED, alarming, believed, fatal
from sweep.diagnosis.evaluations import Evaluations
from sweep.diagnosis.forecast import optimistic_final
from sweep.diagnosis.metrics import metric_disagreement, metrics_of, since_best
from sweep.diagnosis.prospect_models import models
from sweep.diagnosis.series import PreparedSeries, prepare_series
from sweep.diagnosis.series_names import canonical
from sweep.diagnosis.stopping import LEAST_WAIT, chance_of_better, is_idle
from sweep.diagnosis.types import Baseline, Diagnosis
from sweep.diagnosis.verdict import diagnose, judge

BROKEN = 3  # values of one loss in a row that are NaN or infinite before the run counts as hopeless
LIKELY = 0.8  # chance of a better loss from which on the monitor says so where patience would end the run
VERDICT_EVERY = 20  # a verdict at every new evaluation up to so many, then at each 20th part more
ROWS_EVERY = 10  # between evaluations, a verdict at each 10th part more rows
STOP_CHECK_EVERY = 200  # the same for the chance of a better loss
METRIC_FRESH = 1  # evaluations since a metric's best within which a stop by the loss waits
METRIC_WAIT = 3  # the least of them within which a stop by the metric waits
METRIC_SHARE = 5  # that stop waits for this part of the evaluations, where it is more


@dataclass(frozen=True)
class Alert:
    """One message of a watched run: the finding's name (or ``keep_going``, ``stop``), where, and in words."""

    name: str
    step: float
    text: str


class Monitor:
    """Holds the rows of one run seen so far, the verdict on them, and what was said.

    A row costs microseconds, an evaluation a fraction of a millisecond; verdicts become rarer as a run grows, so that a
    long run costs no more than a hundred or two.

    Args:
        baseline: what a constant predictor reaches, where known.
        patience: evaluations without a new best after which plain early stopping would end the run.
        stop_by: "loss" stops where no better validation loss is to be expected. "metric" also waits while a metric
            (accuracy, WER, ...) still improves, as it often does while the loss rises.
    """

    def __init__(
        self, baseline: Baseline | None = None, patience: int = 5, stop_by: Literal["loss", "metric"] = "loss"
    ) -> None:
        if stop_by not in ("loss", "metric"):
            raise ValueError(f"unknown stop_by {stop_by!r}: expected 'loss' or 'metric'")
        self.alerts: list[Alert] = []
        self._baseline = baseline
        self._patience = patience
        self._stop_by = stop_by
        self._log: dict[str, tuple[array[float], array[float]]] = {}  # numpy reads an array at once, a list one by one
        self._evaluations = Evaluations()
        self._validated = 0  # rows with a value of the validation set
        self._rows = 0  # rows with a loss
        self._judged = (0, 0)  # both at the last verdict
        self._checked = 0  # evaluations at the last look at the chance of a better loss
        self._broken: dict[str, int] = {}  # of each loss, values in a row that were not finite
        self._said: set[str] = set()
        self._before: frozenset[str] = frozenset()  # alarming findings of the last verdict
        self._hopeless = False
        self._idle = False
        self._diagnosis: Diagnosis | None = None  # of all points so far; None where points came since

    @property
    def diagnosis(self) -> Diagnosis:
        """The verdict on everything fed so far."""
        if self._diagnosis is None:
            self._diagnosis = diagnose(self.curves, self._baseline)
        return self._diagnosis

    @property
    def hopeless(self) -> bool:
        """No better validation loss is to be expected: the run diverged, collapsed or is past its best. It stays so."""
        return self._hopeless

    @property
    def should_stop(self) -> bool:
        """Hopeless, or idle: neither training nor validation moves any more."""
        return self._hopeless or self._idle

    @property
    def curves(self) -> Curves:
        """Everything fed so far."""
        return Curves({name: Series(steps, points) for name, (steps, points) in self._log.items()})

    def optimistic_final(self, done: float) -> float:
        """The lowest validation loss that the run may still reach by its end, in its unit, when a share is done.

        Minus infinity where that can't be told: see ``forecast.optimistic_final``.
        """
        return optimistic_final(self._evaluations.losses(), done) if len(self._evaluations) else -math.inf

    def add(self, step: float, values: Mapping[str, float | None]) -> list[Alert]:
        """Take the values of one step, by name, and return what is new to say about the run.

        The usual names are understood: ``loss``, ``train/loss``, ``eval_loss``, ``validation_loss``, ``val/accuracy``.
        ``None`` is nothing recorded; NaN is a value that was not finite. Raises ``ValueError`` for an unknown name.
        """
        by_split = sorted(values.items(), key=lambda item: not item[0].startswith("test"))  # val wins over test
        return self.take(step, {canonical(name): float(value) for name, value in by_split if value is not None})

    def take(self, step: float, values: Mapping[str, float]) -> list[Alert]:
        """``add`` of values under the names of ``sweep.curves``, as they are."""
        for name, value in values.items():
            steps, points = self._log.setdefault(name, (array("d"), array("d")))
            steps.append(step)
            points.append(value)
        self._diagnosis = None
        breaks_off = self._count_broken(values)
        evaluated = self._evaluations.add(step, values)
        self._validated += any(name.startswith("val_") for name in values)
        due = breaks_off or self._verdict_is_due()
        return self._new(self._look(step, evaluated, due)) if evaluated or due else []

    def _verdict_is_due(self) -> bool:
        validated, rows = self._judged
        more = self._validated >= validated + max(1, validated // VERDICT_EVERY)
        longer = self._rows >= max(TRAINING_SETTLED, rows + max(1, rows // ROWS_EVERY))
        return more or longer

    def _count_broken(self, values: Mapping[str, float]) -> bool:
        """Count the values of each loss in a row that are not finite; whether one has just reached ``BROKEN``."""
        losses = {name: value for name, value in values.items() if name.endswith("loss")}
        self._rows += bool(losses)
        for name, value in losses.items():
            self._broken[name] = 0 if math.isfinite(value) else self._broken.get(name, 0) + 1
        return any(self._broken[name] == BROKEN for name in losses)

    @property
    def _broke_off(self) -> bool:
        return max(self._broken.values(), default=0) >= BROKEN

    def _look(self, step: float, evaluated: bool, due: bool) -> list[Alert]:
        """Everything that can be said now; decides whether to stop."""
        alerts: list[Alert] = []
        reasons: list[str] = []
        if self._broke_off:
            reasons.append(f"a loss was NaN or infinite {BROKEN} times in a row")
        if due:
            self._judged = (self._validated, self._rows)
            series = self._judge()
            found = alarming(self.diagnosis)
            told = believed(found, self._before, series, self._broke_off)
            alerts += [Alert(name, step, found[name]) for name in told]
            reasons += [found[name] for name in fatal(found, self._before, series)]
            self._before = frozenset(found)
            self._idle = self._idle or is_idle(series)
        if evaluated and len(self._evaluations) >= self._checked + max(1, self._checked // STOP_CHECK_EVERY):
            self._checked = len(self._evaluations)
            waited = self._evaluations.waited()
            chance = chance_of_better(self._evaluations.losses()) if waited >= LEAST_WAIT else 1.0
            alerts += self._keep_going(step, chance, waited)
            reasons += [] if self._hopeless else self._past_best(chance)
        self._hopeless = self._hopeless or bool(reasons)
        if self._idle:
            reasons.append("neither training nor validation moves any more: nothing is left to gain")
        alerts += [Alert("stop", step, reason) for reason in reasons[:1]]
        return alerts

    def _new(self, alerts: list[Alert]) -> list[Alert]:
        """Those that were not said before."""
        fresh = [alert for alert in alerts if alert.name not in self._said]
        self._said.update(alert.name for alert in fresh if alert.name != "keep_going")
        self.alerts += fresh
        return fresh

    def _judge(self) -> PreparedSeries:
        curves = self.curves
        series = prepare_series(curves)
        self._diagnosis = judge(series, curves, self._baseline)
        return series

    def _keep_going(self, step: float, chance: float, waited: int) -> list[Alert]:
        """Where patience would end a run that is likely to improve, say so."""
        if waited != self._patience or chance < LIKELY or len(self._evaluations) < SETTLED:
            return []
        text = (
            f"no new best for {waited} evaluations, yet a validation loss more than 1 % below it is still to come with "
            f"a chance of {100 * chance:.0f} %"
        )
        return [Alert("keep_going", step, text)]

    def _past_best(self, chance: float) -> list[str]:
        """Why no better validation loss is to be expected; empty while a metric is still at its best."""
        if chance >= models().stop_below or self._metric_improves():
            return []
        best, step = self._evaluations.best()
        text = (
            f"a validation loss more than 1 % below {best:.4g} has a chance of {100 * chance:.1f} %: "
            f"keep the weights of step {step:g}"
        )
        curves = self.curves
        disagrees = metric_disagreement(prepare_series(curves), curves)
        return [text] if disagrees is None else [f"by the loss alone, {text}. {disagrees.text}"]

    def _metric_improves(self) -> bool:
        """Whether a metric of the validation set reached its best so lately that a stop waits."""
        for name, sign in metrics_of(self._log):
            values = np.array(self._log[name][1])
            wait = METRIC_FRESH if self._stop_by == "loss" else max(METRIC_WAIT, values.size // METRIC_SHARE)
            if since_best(values, sign) < wait:
                return True
        return False
