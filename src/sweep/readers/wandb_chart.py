"""The table that W&B exports from a chart: a column per run and metric, ``calm-sun-3 - val_loss``, beside its MIN and
MAX over the runs of a group."""

from __future__ import annotations

import re

from sweep.readers.column_mapping import Raw

COLUMN = re.compile(r"^(?P<run>.+?) - (?P<metric>[^ ].*?)(?P<edge>__MIN|__MAX)?$")


def by_run(raw: Raw) -> dict[str, Raw]:
    """The series of each run by their metric; a table without such columns is one run, under the empty name."""
    found = {name: match for name in raw if (match := COLUMN.match(name))}
    if not any(match["edge"] for match in found.values()) and len(found) < 2:
        return {"": raw}
    runs: dict[str, dict[str, object]] = {}
    for name, match in found.items():
        if not match["edge"]:
            runs.setdefault(match["run"], {})[match["metric"]] = raw[name]
    return runs  # type: ignore[return-value]
