"""The end of a study that explores: its summary, the map, the recommendation and the page."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np

from sweep.curves import Curves
from sweep.report import outcome
from sweep.study.run import StudyResult
from sweep.study.trial_store import TrialRecord


def explored(folder: Path) -> list[TrialRecord]:
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
        rows.append(TrialRecord(number, params, state, (value,), info, folder / f"{number:03d}", 1))
    return rows


def test_a_study_that_explores_ends_with_a_map_and_a_recommendation(tmp_path):
    summary, files = outcome.write("mine", StudyResult(explored(tmp_path), 12), tmp_path)
    assert {path.name for path in files} == {"summary.json", "map.png", "report.html"}
    kept = json.loads((tmp_path / "summary.json").read_text())
    assert kept["recommended"] == {"learning_rate": 10.0**-3, "batch_size": 4, "epochs": 3}
    assert kept["confusion"] == {}
    page = (tmp_path / "report.html").read_text()
    assert summary["advice"].split(":")[0][1:] in page  # the first letter is a capital there
    assert page.count('class="panel"') == 1  # the map: one panel, for one number of epochs
    assert page.index('id="map"') < page.index('id="runs"') < page.index("What moves the objective")
    assert "regime.learning_rate" not in page  # factors are of no use to a reader
    assert outcome.status(summary, None) == 0


def test_where_nothing_is_healthy_the_recommendation_says_so(tmp_path):
    rows = [row for row in explored(tmp_path) if row.info["diagnosed"] != "healthy"]
    summary, _ = outcome.write("mine", StudyResult(rows, 8), tmp_path)
    assert "none is healthy" in summary["advice"]


def test_a_lower_loss_passed_over_is_named_with_what_was_wrong_with_it(tmp_path):
    rows = explored(tmp_path)
    rows[9] = replace(rows[9], values=(0.05,), info={**rows[9].info, "diagnosed": "overfit"})
    summary, _ = outcome.write("mine", StudyResult(rows, 12), tmp_path)
    assert summary["recommended"]["learning_rate"] == 10.0**-3
    assert summary["advice"].endswith("Trial 009 reached 0.05 but was overfit.")


def test_disagreements_come_first_with_their_curves_and_a_failure_with_its_reason(tmp_path):
    x = np.linspace(0, 1, 21)
    for number, regime in ((0, "healthy"), (1, "overfit")):
        place = tmp_path / f"{number:03d}"
        place.mkdir()
        (place / "curves.csv").write_text(Curves.of(train_loss=1 - x, val_loss=1 - x / 2).to_csv())
        told = {"findings": [{"text": f"a finding of the {regime} one"}]}
        (place / "diagnosis.json").write_text(json.dumps(told))
    told = {**explored(tmp_path)[0].info, "expected": "healthy"}
    rows = [
        TrialRecord(0, {"seed": 0}, "COMPLETE", (0.5,), {**told, "diagnosed": "healthy"}, tmp_path / "000", 1),
        TrialRecord(1, {"seed": 1}, "COMPLETE", (0.4,), {**told, "diagnosed": "overfit"}, tmp_path / "001", 1),
        TrialRecord(2, {"seed": 2}, "FAIL", (), {"error": "the <worker> was killed"}, tmp_path / "002", 1),
    ]
    outcome.write("mine", StudyResult(rows, 3), tmp_path)
    page = (tmp_path / "report.html").read_text()
    assert "1 of 2 not as expected: trial 001 (healthy, read as overfit)" in page
    assert page.index("1 of 2 not as expected") < page.index("a finding of the overfit one")
    assert "the \\u003cworker\\u003e was killed" in page  # as JSON that cannot end the element around it
    assert "<worker>" not in page
