"""Treatment: run, diagnose, give the first remedy advised that can act, run again; until healthy, or out of steps.

Each run of a treatment is a trial of one study, in order: trial 0 is the run as it came, trial i the run after i
remedies. What trial i is follows from the diagnoses in the folders of those before it, so that a killed treatment goes
on where it was.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sweep.config.resolve import treated
from sweep.config.settings import Config
from sweep.executors.base import Finish, Hear, Objective, Take
from sweep.executors.inline import Inline
from sweep.study.space import Params, Range, Space
from sweep.study.trial_store import folder as name_of

PARAMETER = "treatment"


def treat(config: Config, advice: Sequence[Mapping[str, Any]]) -> Config | None:
    """The run with the first remedy of the advice that can act on it, on top; None where none can."""
    for hint in advice:
        after = treated(config, {hint["remedy"]: hint["strength"]})
        if len(after.remedies) > len(config.remedies):
            return after
        config = after  # it keeps why the remedy was skipped
    return None


@dataclass(frozen=True)
class Course:
    """A treatment in a study's folder: the run to begin with, and how many remedies it may take."""

    start: Config
    folder: Path
    most: int

    @property
    def space(self) -> Space:
        """The space of the study: trial i has had i remedies."""
        return {PARAMETER: Range(0, self.most)}

    def prepare(self, params: Params) -> Config:
        """The settings of a trial; where the trials before it are still to come, those it would begin from."""
        config = self.start
        for said in self._said(int(params[PARAMETER])):
            config = treat(config, said["advice"]) or config
        return config

    def over(self) -> bool:
        """Whether there is nothing more to treat: healthy, no remedy left that acts, or a run that failed."""
        said = list(self._said(self.most + 1))
        if not said:
            return (self.folder / name_of(0) / "error.txt").is_file()
        if said[-1]["regime"] == "healthy" or (self.folder / name_of(len(said)) / "error.txt").is_file():
            return True
        return treat(self.prepare({PARAMETER: len(said) - 1}), said[-1]["advice"]) is None

    def run(self, objective: Objective, take: Take, report: Hear, finish: Finish) -> None:
        """Run the trials in this process one after another, as an executor does, until it is over."""
        Inline().run(objective, lambda: None if self.over() else take(), report, finish)

    def _said(self, trials: int) -> Iterator[dict[str, Any]]:
        for index in range(trials):
            file = self.folder / name_of(index) / "diagnosis.json"
            if not file.is_file():
                return
            yield json.loads(file.read_text(encoding="utf-8"))
