"""The trials of a study in Optuna's storage: what each was given and how it ended.

A trial's *index* (0 to total - 1) is its identity. Each attempt at it is a trial of Optuna's with the user attributes
`index` and `attempt`; an attempt that a kill cut off carries `reaped` and does not count.
"""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sweep.executors.base import Outcome, Report, State
from sweep.study.pruners import Pruner
from sweep.study.samplers import Sampling, distribution
from sweep.study.space import Params, Space

if TYPE_CHECKING:
    import optuna

OWN_ATTRIBUTES = frozenset({"index", "attempt", "reaped", "values"})


@dataclass(frozen=True)
class TrialRecord:
    """A trial as its last attempt left it.

    Args:
        number: The trial's index.
        params: Its point of the search space.
        state: How it ended.
        values: What it reached by objective, also where it was pruned; NaN where it diverged.
        info: The facts of its outcome.
        directory: Its folder.
        attempts: How often it was started.
    """

    number: int
    params: Params
    state: State
    values: tuple[float, ...]
    info: Mapping[str, Any]
    directory: Path
    attempts: int


class Attempt(NamedTuple):
    """An attempt at a trial: its number, from 1, and the trial's parameters."""

    number: int
    params: Params


class TrialStore:
    """The trials of one study, written by one process."""

    def __init__(
        self,
        study: optuna.Study,
        storage: optuna.storages.BaseStorage,
        space: Space,
        sampling: Sampling,
        pruner: Pruner,
        directory: Path,
    ) -> None:
        self.study = study
        self.study.pruner = pruner.rule
        self.storage = storage
        self.study_id = storage.get_study_id_from_name(study.study_name)
        self.directory = directory
        self._sampling = sampling
        self._pruner = pruner
        self._objectives = len(study.directions)
        self._distributions = {name: distribution(dimension) for name, dimension in space.items()}
        self._running: dict[int, optuna.Trial] = {}
        self._attempts: dict[int, list[optuna.trial.FrozenTrial]] = {}
        for trial in study.get_trials(deepcopy=False):
            self._attempts.setdefault(trial.user_attrs["index"], []).append(trial)
        self._best = math.inf  # the lowest first objective of the trials that have ended
        for record in self.finished():
            self._note_best(record)

    def is_empty(self) -> bool:
        """Whether no trial was ever started."""
        return not self._attempts and not self._running

    def has_ended(self, index: int) -> bool:
        """Whether a trial has a result that counts."""
        attempts = self._attempts.get(index)
        if not attempts:
            return False
        return attempts[-1].state.is_finished() and "reaped" not in attempts[-1].user_attrs

    def finished(self) -> list[TrialRecord]:
        """The trials that have ended, by index."""
        return [self._record(index) for index in sorted(self._attempts) if self.has_ended(index)]

    def orphans(self) -> list[int]:
        """Indices of the trials that an earlier process, or this one, started and did not close."""
        earlier = [index for index, done in self._attempts.items() if done and not done[-1].state.is_finished()]
        return [*earlier, *self._running]

    def ask(self, index: int) -> Attempt:
        """Start the next attempt at a trial, with the parameters of the attempts before if there were any."""
        import optuna

        earlier = self._attempts.get(index, [])
        number = len(earlier) + 1
        template = self._template(index, number, earlier)
        if self._sampling.sampler is not None:
            self.study.sampler = self._sampling.sampler(index)
        trial = optuna.Trial(self.study, self.storage.create_new_trial(self.study_id, template_trial=template))
        params = {name: _suggest(trial, name, wanted) for name, wanted in self._distributions.items()}
        self._running[index] = trial
        return Attempt(number, params)

    def report(self, index: int, report: Report) -> bool:
        """Store a trial's objective at a step; whether the pruner stops the trial."""
        trial = self._running[index]
        single = self._objectives == 1
        if single:
            # Infinity as NaN: Optuna's percentiles ignore a NaN, but an infinity turns them into NaN.
            trial.report(report.value if math.isfinite(report.value) else math.nan, report.step)
        if self._pruner.prunes_hopeless:
            beaten = single and report.optimistic_final > self._best
            if report.hopeless or beaten:
                return True
        if not (single and self._pruner.uses_values):
            return False
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # numpy's, where a trial has reported nothing but NaN
            return bool(trial.should_prune())

    def tell(self, index: int, outcome: Outcome) -> TrialRecord:
        """Close the running attempt at a trial with its outcome."""
        return self._close(self._running.pop(index).number, index, outcome)

    def finalise(self, index: int, outcome: Outcome | None) -> None:
        """Close an orphaned attempt: with its outcome if it has one, else as reaped, which leaves it to be retried."""
        orphan = self._running.pop(index, None) or self._attempts[index].pop()
        stored = self.study.get_trials(deepcopy=False)[orphan.number]
        if stored.state.is_finished():  # this process was interrupted between the storage's answer and its own note
            self._attempts.setdefault(index, []).append(stored)
        elif outcome is not None:
            self._close(orphan.number, index, outcome)
        else:
            self._set_attribute(orphan.number, "reaped", True)
            self._tell(orphan.number, index, Outcome("FAIL"))

    def _template(self, index: int, number: int, earlier: list[optuna.trial.FrozenTrial]) -> optuna.trial.FrozenTrial:
        """A running trial of Optuna's in which the parameters that are known before any sampling are set."""
        import optuna

        params: Params = {}
        notes: dict[str, Any] = {}
        if earlier:
            params = earlier[-1].params
            # What a sampler noted on the attempt before (a generation, say) belongs to the point, not to the attempt.
            notes = dict(earlier[-1].system_attrs)
        if self._sampling.design is not None:
            params = self._sampling.design(index)
        return optuna.trial.create_trial(
            state=optuna.trial.TrialState.RUNNING,
            params=params,
            distributions={name: self._distributions[name] for name in params},
            user_attrs={"index": index, "attempt": number},
            system_attrs=notes,
        )

    def _close(self, number: int, index: int, outcome: Outcome) -> TrialRecord:
        info = json.loads(json.dumps(dict(outcome.info), default=str))
        for key in sorted(info.keys() - OWN_ATTRIBUTES):
            self._set_attribute(number, key, info[key])
        if outcome.values and (outcome.state == "PRUNED" or not all(map(math.isfinite, outcome.values))):
            # Optuna would not keep these: a pruned trial's value is its last report, and NaN makes a trial fail.
            self._set_attribute(number, "values", list(outcome.values))
        self._tell(number, index, outcome)
        record = self._record(index)
        self._note_best(record)
        return record

    def _tell(self, number: int, index: int, outcome: Outcome) -> None:
        import optuna

        state = optuna.trial.TrialState[outcome.state]
        values = None
        if outcome.state == "COMPLETE":
            values = [math.inf if math.isnan(value) else value for value in outcome.values]
        self._attempts.setdefault(index, []).append(self.study.tell(number, values, state))

    def _note_best(self, record: TrialRecord) -> None:
        if record.values and record.values[0] < self._best:
            self._best = record.values[0]

    def _set_attribute(self, number: int, key: str, value: Any) -> None:
        trial_id = self.storage.get_trial_id_from_study_id_trial_number(self.study_id, number)
        self.storage.set_trial_user_attr(trial_id, key, value)

    def _record(self, index: int) -> TrialRecord:
        attempts = self._attempts[index]
        last = attempts[-1]
        values = last.user_attrs.get("values", last.values or [])
        return TrialRecord(
            number=index,
            params={name: last.params[name] for name in self._distributions if name in last.params},
            state=last.state.name,
            values=tuple(float(value) for value in values),
            info={key: value for key, value in last.user_attrs.items() if key not in OWN_ATTRIBUTES},
            directory=self.directory / folder_name(index),
            attempts=len(attempts),
        )


def folder_name(index: int) -> str:
    """The name of a trial's folder."""
    return f"{index:03d}"


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
