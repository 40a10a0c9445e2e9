"""The study's book: which trials there are, what each was given, how each ended. The only one that talks to Optuna.

A trial's *index* (0 to total - 1) is its identity. An attempt at it is a trial of Optuna's, with the user attributes
`index` and `attempt`; an attempt cut off by a kill carries `reaped` and does not count.
"""

from __future__ import annotations

import json
import math
import warnings
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sweep.executors.base import Outcome, Report, State
from sweep.study.pruners import Pruner
from sweep.study.samplers import Plan, distribution
from sweep.study.space import Params, Space

if TYPE_CHECKING:
    from collections.abc import Callable

    import optuna

OWN = frozenset({"index", "attempt", "reaped", "values"})


@dataclass(frozen=True)
class Row:
    """A trial as it stands: its last attempt. `values` are what it reached, pruned or not; NaN where it diverged."""

    number: int
    params: Params
    state: State
    values: tuple[float, ...]
    info: Mapping[str, Any]
    directory: Path
    attempts: int


@dataclass
class Ledger:
    """One study in one storage, kept by one process."""

    study: optuna.Study
    storage: optuna.storages.BaseStorage
    space: Space
    plan: Plan | None
    sampler: Callable[[int], optuna.samplers.BaseSampler] | None
    pruner: Pruner
    directory: Path
    history: dict[int, list[optuna.trial.FrozenTrial]] = field(default_factory=lambda: defaultdict(list))
    running: dict[int, optuna.Trial] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.id = self.storage.get_study_id_from_name(self.study.study_name)
        self.distributions = {name: distribution(d) for name, d in self.space.items()}
        for trial in self.study.get_trials(deepcopy=False):
            self.history[trial.user_attrs["index"]].append(trial)
        # The lowest first objective of all that ended: what a trial has to come to.
        self.best = min((value for row in self.rows() for value in row.values[:1]), default=math.inf)

    def ask(self, index: int) -> tuple[int, Params]:
        """Begin the next attempt at a trial: its number, from 1, and the parameters, those of the attempts before."""
        import optuna

        before = self.history[index]
        number = len(before) + 1
        known = self.plan(index) if self.plan else before[-1].params if before else {}
        # What a sampler noted on the attempt before (a generation, say) belongs to the point, not to the attempt.
        notes = dict(before[-1].system_attrs) if before else {}
        if self.sampler is not None:
            self.study.sampler = self.sampler(index)
        template = optuna.trial.create_trial(
            state=optuna.trial.TrialState.RUNNING,
            params=known,
            distributions={name: self.distributions[name] for name in known},
            user_attrs={"index": index, "attempt": number},
            system_attrs=notes,
        )
        trial = optuna.Trial(self.study, self.storage.create_new_trial(self.id, template_trial=template))
        params = {name: _suggest(trial, name, d) for name, d in self.distributions.items()}
        self.running[index] = trial
        return number, params

    def report(self, index: int, report: Report) -> bool:
        """Note a trial's objective at a step; whether the pruner stops the trial."""
        trial = self.running[index]
        if len(self.study.directions) == 1:
            # Infinity as NaN: Optuna's percentiles leave a NaN out, and turn into NaN themselves by an infinity.
            trial.report(report.value if math.isfinite(report.value) else math.nan, report.step)
        if self.pruner.prunes_hopeless and (report.hopeless or self._beaten(report)):
            return True
        if not self.pruner.uses_values or len(self.study.directions) > 1:
            return False
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # numpy's, where a trial has reported nothing but NaN
            return bool(trial.should_prune())

    def _beaten(self, report: Report) -> bool:
        """Whether the best that a trial may still come to is behind what another already has."""
        return [d.name for d in self.study.directions] == ["MINIMIZE"] and report.optimistic_final > self.best

    def tell(self, index: int, outcome: Outcome) -> Row:
        """Close the running attempt at a trial."""
        trial = self.running.pop(index)
        return self._close(trial.number, index, outcome)

    def left_running(self) -> Iterable[int]:
        """Indices of the trials that an attempt of this process, or of one that is gone, left open."""
        for index, attempts in list(self.history.items()):
            if attempts and not attempts[-1].state.is_finished():
                yield index
        yield from list(self.running)

    def settle(self, index: int, outcome: Outcome | None) -> Row | None:
        """Close an attempt that nobody runs any more: with its result if it has one, else as reaped."""
        trial = self.running.pop(index, None) or self.history[index].pop()
        now = self.study.get_trials(deepcopy=False)[trial.number]
        if now.state.is_finished():  # interrupted right after it was told
            self.history[index].append(now)
            return self._row(index)
        if outcome is not None:
            return self._close(trial.number, index, outcome)
        self._note(trial.number, "reaped", True)
        self._tell(trial.number, index, Outcome("FAIL"))
        return None

    def attempt(self, index: int) -> int:
        """The number of the last attempt at a trial, from 1."""
        return len(self.history[index]) + (index in self.running)

    def rows(self) -> list[Row]:
        """A row per trial that has ended, by index."""
        return [self._row(index) for index in sorted(self.history) if self.ended(index)]

    def ended(self, index: int) -> bool:
        """Whether a trial has a result that counts."""
        attempts = self.history.get(index) or []
        return bool(attempts) and attempts[-1].state.is_finished() and "reaped" not in attempts[-1].user_attrs

    def _close(self, number: int, index: int, outcome: Outcome) -> Row:
        info = json.loads(json.dumps(dict(outcome.info), default=str))
        for key in sorted(info.keys() - OWN):
            self._note(number, key, info[key])
        if outcome.values and (outcome.state == "PRUNED" or not all(map(math.isfinite, outcome.values))):
            # What Optuna would not keep: it takes a pruned trial's last report for its value.
            self._note(number, "values", list(outcome.values))
        self._tell(number, index, outcome)
        row = self._row(index)
        self.best = min([self.best, *row.values[:1]])
        return row

    def _tell(self, number: int, index: int, outcome: Outcome) -> None:
        import optuna

        state = optuna.trial.TrialState[outcome.state]
        values = [_told(v, d.name) for v, d in zip(outcome.values, self.study.directions, strict=False)]
        self.history[index].append(self.study.tell(number, values if outcome.state == "COMPLETE" else None, state))

    def _note(self, number: int, key: str, value: Any) -> None:
        self.storage.set_trial_user_attr(
            self.storage.get_trial_id_from_study_id_trial_number(self.id, number), key, value
        )

    def _row(self, index: int) -> Row:
        attempts = self.history[index]
        last = attempts[-1]
        values = last.user_attrs.get("values", last.values or [])
        return Row(
            number=index,
            params={name: last.params[name] for name in self.space if name in last.params},
            state=last.state.name,
            values=tuple(float(v) for v in values),
            info={key: value for key, value in last.user_attrs.items() if key not in OWN},
            directory=self.directory / folder(index),
            attempts=len(attempts),
        )


def folder(index: int) -> str:
    """The name of a trial's folder."""
    return f"{index:03d}"


def _told(value: float, direction: str) -> float:
    """A diverged run's NaN as the worst value there is: Optuna would call the trial failed."""
    return value if not math.isnan(value) else math.inf if direction == "MINIMIZE" else -math.inf


def _suggest(trial: optuna.Trial, name: str, wanted: optuna.distributions.BaseDistribution) -> Any:
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    match wanted:
        case CategoricalDistribution():
            return trial.suggest_categorical(name, wanted.choices)
        case IntDistribution():
            return trial.suggest_int(name, wanted.low, wanted.high, step=wanted.step, log=wanted.log)
        case FloatDistribution():
            return trial.suggest_float(name, wanted.low, wanted.high, step=wanted.step, log=wanted.log)
        case _:
            raise TypeError(f"no way to suggest {name} from {wanted}")
