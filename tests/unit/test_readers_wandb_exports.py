"""What W&B exports from its pages."""

from __future__ import annotations

import csv
import json

from sweep.readers import histories


def test_history_as_json_lines_and_as_csv(tmp_path):
    """Of the columns that W&B's public interface gives, which needs its server: two lines of each."""
    rows = [{"_step": 10 * i, "_runtime": 1.5 * i, "_timestamp": 1.7e9, "train/loss": 1.0 - i / 9, "eval/loss": 1.0}
            for i in range(9)]  # fmt: skip
    lines = tmp_path / "history.jsonl"
    lines.write_text("".join(json.dumps(row) + "\n" for row in rows))
    table = tmp_path / "export.csv"
    with table.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    for path in (lines, table):
        [history] = histories(str(path), {})
        assert history.curves["val_loss"].steps.tolist() == [row["_step"] for row in rows]
        assert set(history.curves) == {"train_loss", "val_loss"}


def test_a_chart_export_holds_a_history_per_run(tmp_path):
    path = tmp_path / "chart.csv"
    path.write_text(
        '"Step","calm-sun-3 - val_loss","calm-sun-3 - val_loss__MIN","calm-sun-3 - val_loss__MAX",'
        '"wild - val_loss","wild - val_loss__MIN","wild - val_loss__MAX"\n'
        '"0","1.0","1.0","1.0","2.0","2.0","2.0"\n"5","0.5","0.5","0.5","","",""\n'
    )
    first, second = histories(str(path), {})
    assert (first.id, first.curves["val_loss"].steps.tolist()) == ("calm-sun-3", [0, 5])
    assert (second.id, second.curves["val_loss"].values.tolist()) == ("wild", [2.0])
