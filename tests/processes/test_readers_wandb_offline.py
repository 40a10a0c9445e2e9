"""What W&B really writes without a network."""

from __future__ import annotations

import csv
import json
import math
import subprocess
import sys
from pathlib import Path

import pytest

from sweep.readers import History, Note, Problem, histories

LOG = """
import sys, wandb
settings = wandb.Settings(console="off", x_disable_stats=True, x_disable_meta=True, silent=True)
with wandb.init(project="p", dir=sys.argv[1], mode="offline", id="calm7", settings=settings) as run:
    for step in range(400):
        run.log({"train/loss": 1 / (step + 1), "note": "x" * 300}, step=step)
        if step % 50 == 49:
            run.log({"eval": {"loss": 2.0, "accuracy": step / 400}}, step=step)
    run.log({"train/loss": float("nan")}, step=400)
"""


@pytest.fixture(scope="module")
def offline(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run written by a process of its own, which ends W&B's service with it."""
    folder = tmp_path_factory.mktemp("wandb")
    subprocess.run([sys.executable, "-c", LOG, str(folder)], check=True, timeout=120, capture_output=True)
    return folder


def test_an_offline_run_over_many_blocks(offline):
    [file] = offline.glob("wandb/offline-run-*/*.wandb")
    assert file.stat().st_size > 2 * 32768
    [history] = histories(str(file), {})
    assert isinstance(history, History)
    assert history.id == "calm7"
    assert len(history.curves["batch_loss"]) == 401
    assert history.curves["batch_loss"].values[:3].tolist() == [1, 1 / 2, 1 / 3]
    assert math.isnan(history.curves["batch_loss"].values[-1])
    assert history.curves["val_loss"].steps.tolist() == list(range(49, 400, 50))
    assert history.curves["val_acc"].values[0] == 49 / 400


def test_its_folder_and_the_folder_of_all_runs(offline):
    [folder] = offline.glob("wandb/offline-run-*")
    for path in (folder, offline / "wandb", offline):
        [history] = [item for item in histories(str(path), {}) if not isinstance(item, Note)]
        assert history.id == "calm7"


def test_a_run_cut_off_keeps_what_was_written(offline, tmp_path):
    [file] = offline.glob("wandb/offline-run-*/*.wandb")
    whole = file.read_bytes()
    cut = tmp_path / "run-calm7.wandb"
    cut.write_bytes(whole[: len(whole) // 2])
    [history] = histories(str(cut), {})
    assert 100 < len(history.curves["batch_loss"]) < 400


def test_a_run_of_nothing_but_its_magic(tmp_path):
    path = tmp_path / "run-x.wandb"
    path.write_bytes(b":W&B\xe1\xbe\x00")
    [problem] = histories(str(path), {})
    assert isinstance(problem, Problem)
    assert "no history" in problem.reason


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
