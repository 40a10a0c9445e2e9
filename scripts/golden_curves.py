"""Write real curves and the verdicts on them to tests/snapshots/diagnosis.jsonl; the test holds later versions to them.

    python scripts/golden_curves.py

Look at the difference before committing it: a verdict that changes here is a change that users will see.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from calibration_cases import own, tiny

from sweep.curves import Curves
from sweep.diagnosis import diagnose

ROOT = Path(__file__).resolve().parents[1]
EACH = {"own": 2, "tiny": 5}  # of every regime


def main() -> None:
    """Take the first runs of every regime on which label and verdict agree."""
    data, lines, taken = ROOT / "outputs" / "calibration", [], Counter[tuple[str, str]]()
    for case in [*own(data / "own.jsonl"), *tiny(data / "tiny.jsonl", 1)]:
        train, val = (case.curves[name] for name in ("train_loss", "val_loss"))
        key = (case.source, case.label)
        if taken[key] >= EACH[case.source] or len(val) > 120 or len(train) != len(val) or not case.label:
            continue
        curves = Curves({name: case.curves[name] for name in ("train_loss", "val_loss")})
        values = {
            name: [float(f"{value:.5g}") for value in series.values] if len(series) else []
            for name, series in curves.series.items()
        }
        found = diagnose(Curves.of(**values))
        if found.regime != case.label:
            continue
        taken[key] += 1
        names = [finding.name for finding in found.findings]
        row = {"id": f"{case.source}-{case.recipe}-{case.setting}", "regime": found.regime, "findings": names, **values}
        lines.append(json.dumps(row))
    (ROOT / "tests" / "golden" / "diagnosis.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(len(lines), "curves")


if __name__ == "__main__":
    main()
