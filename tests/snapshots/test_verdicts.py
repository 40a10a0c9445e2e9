"""Real curves kept with their verdicts: own runs and tiny networks, written by `scripts/golden_curves.py`."""

import json
from pathlib import Path

import pytest

from sweep.curves import Curves
from sweep.diagnosis import diagnose

ROWS = [json.loads(line) for line in (Path(__file__).parent / "diagnosis.jsonl").read_text("utf-8").splitlines()]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"].replace(" ", "-"))
def test_the_verdict_on_a_real_run_stays(row: dict) -> None:  # type: ignore[type-arg]
    found = diagnose(Curves.of(train_loss=row["train_loss"], val_loss=row["val_loss"]))
    assert found.regime == row["regime"]
    assert [finding.name for finding in found.findings] == row["findings"]


def test_every_regime_is_there() -> None:
    assert {row["regime"] for row in ROWS} >= {"healthy", "overfit", "underfit", "erratic"}
