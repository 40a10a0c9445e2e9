"""The end of a study that explores: its summary, the map, the recommendation and the page."""

from __future__ import annotations

import json
from pathlib import Path

from sweep.ledger import Row
from sweep.report import outcome
from sweep.study import Result


def explored(folder: Path) -> list[Row]:
    rows = []
    for number in range(12):
        rate, batch = 10.0 ** (-5 + number / 3), (4, 16, 64)[number % 3]
        regime = "underfit" if number < 4 else "healthy" if number < 8 else "erratic"
        value = abs(number - 6) / 10 + 0.1
        info = {
            "recipe": "digits",
            "seed": 0,
            "expected": None,
            "diagnosed": regime,
            "confidence": 0.9,
            "learning_rate": rate,
            "batch_size": batch,
            "epochs": 3,
            "mlflow_run_id": "x",
        }
        state = "PRUNED" if number == 11 else "COMPLETE"
        params = {"regime.learning_rate": rate, "regime.batch_size": batch}
        rows.append(Row(number, params, state, (value,), info, folder / f"{number:03d}", 1))
    return rows


def test_a_study_that_explores_ends_with_a_map_and_a_recommendation(tmp_path):
    summary, files = outcome.write("mine", Result(explored(tmp_path), 12), tmp_path)
    assert {path.name for path in files} == {"summary.json", "map.png", "report.html"}
    kept = json.loads((tmp_path / "summary.json").read_text())
    assert kept["recommended"] == {"learning_rate": 10.0**-3, "batch_size": 4, "epochs": 3}
    assert kept["confusion"] == {}
    page = (tmp_path / "report.html").read_text()
    assert summary["advice"].split(":")[0] in page
    assert "Map of regimes" in page
    assert "regime.learning_rate" in page  # what mattered most
    assert outcome.status(summary, None) == 0


def test_where_nothing_is_healthy_the_recommendation_says_so(tmp_path):
    rows = [row for row in explored(tmp_path) if row.info["diagnosed"] != "healthy"]
    summary, _ = outcome.write("mine", Result(rows, 8), tmp_path)
    assert "none is healthy" in summary["advice"]
