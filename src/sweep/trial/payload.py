"""What a trial is given besides its handle. Light to import: the coordinator needs it, and never torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sweep.config.settings import Config


@dataclass(frozen=True)
class Payload:
    """The settings of a run, its study's name and objectives, and the id of the study's run by tracker."""

    config: Config
    study: str
    objectives: tuple[str, ...]
    study_runs: Mapping[str, str] = field(default_factory=dict)
