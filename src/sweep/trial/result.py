"""The result of a trial as its folder holds it: once it is committed the trial is done, whatever is killed."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sweep import tracking
from sweep.executors.base import Outcome
from sweep.files import atomic

RESULT = "result.json"


def commit(folder: Path, outcome: Outcome) -> None:
    """Write the outcome, as the last file of a trial."""
    values = [value if math.isfinite(value) else None for value in outcome.values]
    content = {"state": outcome.state, "values": values, "info": dict(outcome.info)}
    atomic.write_text(folder / RESULT, json.dumps(content))


def recover(folder: Path, record: Mapping[str, Any]) -> Outcome | None:
    """The outcome that a trial had committed before its process died; None where it had not.

    The runs of such a trial in the trackers of `record` are closed as finished.
    """
    file = folder / RESULT
    if not file.is_file():
        return None
    content = json.loads(file.read_text(encoding="utf-8"))
    tracking.close_trial(record, folder, "FINISHED")
    values = tuple(math.nan if value is None else float(value) for value in content["values"])
    return Outcome(content["state"], values, content["info"])
