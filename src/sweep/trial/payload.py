"""An attempt at a trial as its study sees it: what goes in, how it runs, and the result that it commits.

Light to import: the coordinator of a sweep needs this, and never torch.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sweep import tracking
from sweep.config.settings import Config
from sweep.executors.base import Outcome

RESULT = "result.json"  # written last, in one move: from then on the trial is done, whatever is killed


@dataclass(frozen=True)
class Payload:
    """What a trial needs besides its handle: settings, and the study and the parent run it belongs to."""

    config: Config
    study: str
    objectives: tuple[str, ...]
    parent: str | None = None


def commit(folder: Path, outcome: Outcome) -> None:
    """Put the outcome where `recover` finds it, all or nothing."""
    values = [value if math.isfinite(value) else None for value in outcome.values]
    said = {"state": outcome.state, "values": values, "info": dict(outcome.info)}
    draft = folder / f"{RESULT}.part"
    draft.write_text(json.dumps(said), encoding="utf-8")
    draft.replace(folder / RESULT)


def recover(folder: Path, settings: Mapping[str, Any]) -> Outcome | None:
    """The result that a trial had committed before its process was gone; its runs are closed as FINISHED."""
    file = folder / RESULT
    if not file.is_file():
        return None
    said = json.loads(file.read_text(encoding="utf-8"))
    tracking.close(settings, folder, "FINISHED")
    values = tuple(math.nan if value is None else float(value) for value in said["values"])
    return Outcome(said["state"], values, said["info"])
