"""Treatment: run, diagnose, apply the first advised remedy that can act, and run again, until healthy or out of steps.

Each run of a treatment is a trial of one study, in order: trial 0 is the run as it was asked for, trial i the run after
i remedies. The settings of trial i follow from the diagnoses in the folders of those before it, so that a treatment
that was killed is resumed where it was.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sweep.config.resolve import treated
from sweep.config.settings import Config
from sweep.executors.base import ERROR_FILE, NextJob, Objective, OnDone, OnReport, TrialJob
from sweep.executors.inline import Inline
from sweep.study.space import Params, Range, Space
from sweep.study.trial_store import folder_name

PARAMETER = "treatment"


def treat(config: Config, advice: Sequence[Mapping[str, Any]]) -> Config | None:
    """The run with the first remedy of the advice that can act on it; None where none can."""
    for hint in advice:
        after = treated(config, {hint["remedy"]: hint["strength"]})
        if len(after.remedies) > len(config.remedies):
            return after
        config = after  # it keeps why the remedy was skipped
    return None


@dataclass(frozen=True)
class TreatmentPlan:
    """A treatment in a study's folder: the run to begin with, and the most remedies to apply."""

    start: Config
    folder: Path
    max_remedies: int

    @property
    def space(self) -> Space:
        """The search space of the study: the number of remedies applied."""
        return {PARAMETER: Range(0, self.max_remedies)}

    def prepare(self, params: Params) -> Config:
        """The settings of a trial, as far as the diagnoses of the trials before it are there."""
        config = self.start
        for diagnosis in self._diagnoses()[: params[PARAMETER]]:
            config = treat(config, diagnosis["advice"]) or config
        return config

    def is_over(self) -> bool:
        """Whether there is nothing left to treat: the last run is healthy or failed, or no remedy can act."""
        diagnoses = self._diagnoses()
        if (self.folder / folder_name(len(diagnoses)) / ERROR_FILE).is_file():
            return True
        if not diagnoses:
            return False
        last = diagnoses[-1]
        if last["regime"] == "healthy":
            return True
        return treat(self.prepare({PARAMETER: len(diagnoses) - 1}), last["advice"]) is None

    def _diagnoses(self) -> list[dict[str, Any]]:
        """The diagnoses so far, from trial 0 on without a gap."""
        found = []
        for index in range(self.max_remedies + 1):
            file = self.folder / folder_name(index) / "diagnosis.json"
            if not file.is_file():
                break
            found.append(json.loads(file.read_text(encoding="utf-8")))
        return found


@dataclass(frozen=True)
class TreatmentExecutor(Inline):
    """Runs the trials of a treatment in this process, in order, until it is over."""

    plan: TreatmentPlan

    def run(self, objective: Objective, next_job: NextJob, on_report: OnReport, on_done: OnDone) -> None:
        """See `Executor.run`."""

        def next_step() -> TrialJob | None:
            return None if self.plan.is_over() else next_job()

        super().run(objective, next_step, on_report, on_done)
