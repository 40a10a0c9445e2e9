"""Diagnose the kept curves anew and write the verdicts to tests/snapshots/diagnosis.jsonl, which a test holds to them.

    python scripts/golden_curves.py

The curves stay: real runs of this project's recipes and of small networks. Look at the difference before committing it:
a verdict that changes here is a change that users will see.
"""

from __future__ import annotations

import json
from pathlib import Path

from sweep.curves import Curves
from sweep.diagnosis import diagnose

FILE = Path(__file__).resolve().parents[1] / "tests" / "snapshots" / "diagnosis.jsonl"
SERIES = ("train_loss", "val_loss")


def main() -> None:
    """Write the verdicts."""
    rows = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]
    for row in rows:
        found = diagnose(Curves.of(**{name: row[name] for name in SERIES}))
        if found.regime != row["regime"]:
            print(f"{row['id']}: {row['regime']} -> {found.regime}")
        row["regime"] = found.regime
        row["findings"] = [finding.name for finding in found.findings]
    FILE.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


if __name__ == "__main__":
    main()
