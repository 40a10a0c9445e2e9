"""Files in the forms that programs write, where the program itself is no dependency of the tests."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from helpers.log_run import ACC, TRAIN, VAL

from sweep.readers import History, Problem, histories

EPOCHS = range(1, 7)
ROWS = list(zip(EPOCHS, TRAIN, VAL, ACC, strict=True))


def read(path: Path) -> list[History]:
    found = list(histories(str(path), {}))
    assert all(isinstance(item, History) for item in found), found
    return [item for item in found if isinstance(item, History)]


def lines(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_yolo_results(tmp_path):
    path = tmp_path / "results.csv"
    names = ["epoch", "train/box_loss", "train/cls_loss", "metrics/precision(B)", "metrics/mAP50(B)", "val/box_loss"]
    names += ["val/cls_loss", "lr/pg0"]
    rows = [[e, t, t / 2, 0.5, a, v, v / 2, 0.01] for e, t, v, a in ROWS]
    path.write_text(
        "\n".join([",".join(f"{name:>23}" for name in names), *(",".join(f"{x:>23.5g}" for x in r) for r in rows)])
    )
    [history] = read(path)
    assert history.columns["train_loss"] == "train/box_loss"
    assert history.curves["val_loss"].values.tolist() == list(VAL)
    assert history.curves["val_map50"].values.tolist() == list(ACC)
    assert list(history.parts) == ["cls"]


def test_detectron_metrics(tmp_path):
    rows = [
        {
            "iteration": 20 * e - 1,
            "total_loss": t,
            "loss_cls": t / 2,
            "loss_box_reg": t / 3,
            "lr": 0.02,
            "eta_seconds": 9.0,
        }
        for e, t, _, _ in ROWS
    ]
    rows[-1] |= {"bbox/AP": 31.2, "bbox/AP50": 51.2}
    [history] = read(lines(tmp_path / "metrics.json", rows))
    assert history.columns["train_loss"] == "total_loss"
    assert history.curves["train_loss"].steps.tolist() == [20 * e - 1 for e in EPOCHS]
    assert not history.parts


@pytest.mark.parametrize("val_iter", [10, 625])
def test_mm_series_json(tmp_path, val_iter):
    rows: list[dict[str, object]] = [{"env_info": "sys.platform: linux", "seed": 0}]
    for epoch, train, _, accuracy in ROWS:
        for at in (50, 100, 150, 200):
            rows.append({"mode": "train", "epoch": epoch, "iter": at, "lr": 0.02, "loss_cls": 9.0, "loss": train})
        rows.append({"mode": "val", "epoch": epoch, "iter": val_iter, "lr": 0.02, "bbox_mAP": accuracy})
    [history] = read(lines(tmp_path / "20260102_100000.log.json", rows))
    assert history.columns["train_loss"] == "train/loss"
    assert history.curves["train_loss"].values.tolist() == [train for train in TRAIN for _ in range(4)]
    assert history.curves["train_loss"].steps.tolist() == [50.0 * count for count in range(1, 25)]
    assert history.curves["val_bbox_map"].steps.tolist() == [200.0 * epoch for epoch in EPOCHS]
    assert "val_loss" not in history.curves


def test_fairseq_json(tmp_path):
    path = tmp_path / "train.log"
    text = ""
    for epoch, train, val, _ in ROWS:
        numbers = {"epoch": epoch, "train_loss": str(train), "train_ppl": "9.1", "train_num_updates": f"{epoch}00"}
        text += f"2026-01-02 10:00:00 | INFO | train | {json.dumps(numbers)}\n"
        numbers = {"epoch": epoch, "valid_loss": str(val), "valid_ppl": "9.1", "valid_num_updates": f"{epoch}00"}
        text += f"2026-01-02 10:00:01 | INFO | valid | {json.dumps(numbers)}\n"
    path.write_text(text)
    [history] = read(path)
    assert history.curves["train_loss"].values.tolist() == list(TRAIN)
    assert history.curves["val_loss"].values.tolist() == list(VAL)
    assert history.curves["val_loss"].steps.tolist() == [100.0 * epoch for epoch in EPOCHS]


@pytest.mark.parametrize("quoted", [False, True])
def test_rows_of_fine_tuning_tools(tmp_path, quoted):
    """The rows that torchtune, axolotl and TRL leave in JSON: the Trainer's, in new versions as words."""
    rows: list[dict[str, object]] = []
    for epoch, train, val, _ in ROWS:
        rows.append({"loss": train, "grad_norm": 1.9, "learning_rate": 1e-5, "epoch": epoch, "step": 100 * epoch})
        rows.append({"eval_loss": val, "eval_runtime": 1.2, "epoch": epoch, "step": 100 * epoch})
    if quoted:
        rows = [{name: str(value) for name, value in row.items()} for row in rows]
    [history] = read(lines(tmp_path / "log.jsonl", rows))
    assert history.curves["train_loss"].values.tolist() == list(TRAIN)
    assert history.curves["val_loss"].values.tolist() == list(VAL)
    assert history.curves["train_loss"].steps.tolist() == [100.0 * epoch for epoch in EPOCHS]
    assert set(history.curves) == {"train_loss", "val_loss", "grad_norm", "learning_rate", "epoch"}


def trackio(path: Path, rows: list[tuple[str, int, object]], extra: str = "") -> Path:
    """A project as trackio's ``sqlite_storage`` makes it."""
    with sqlite3.connect(path) as database:
        database.execute(
            "CREATE TABLE metrics (id INTEGER PRIMARY KEY AUTOINCREMENT, timestamp TEXT NOT NULL, "
            f"{extra}run_name TEXT NOT NULL, step INTEGER NOT NULL, metrics TEXT NOT NULL)"
        )
        for run, step, metrics in rows:
            database.execute(
                "INSERT INTO metrics (timestamp, run_name, step, metrics) VALUES ('2026-01-02T10:00:00', ?, ?, ?)",
                (run, step, metrics),
            )
    database.close()
    return path


@pytest.mark.parametrize("extra", ["", "run_id TEXT, ", "project_name TEXT, "])
def test_trackio(tmp_path, extra):
    packed = [json.dumps({"train": {"loss": t}, "val/loss": v, "lr": 1e-3}) for _, t, v, _ in ROWS]
    rows: list[tuple[str, int, object]] = [("calm-1", step, text) for step, text in enumerate(packed)]
    rows += [("wild-2", step, text.encode()) for step, text in enumerate(packed[:3])]  # newer versions store bytes
    rows += [("wild-2", 3, json.dumps({"train": {"loss": "NaN"}})), ("wild-2", 4, "{broken")]
    path = trackio(tmp_path / "project.db", rows, extra)
    before = path.read_bytes()
    first, second = read(path)
    assert (first.id, second.id) == ("calm-1", "wild-2")
    assert first.curves["train_loss"].values.tolist() == list(TRAIN)
    assert first.curves["val_loss"].steps.tolist() == [0, 1, 2, 3, 4, 5]
    assert len(second.curves["train_loss"]) == 4
    assert path.read_bytes() == before
    assert [child.name for child in tmp_path.iterdir()] == ["project.db"]


def test_a_trackio_project_without_a_run(tmp_path):
    [problem] = histories(str(trackio(tmp_path / "project.db", [])), {})
    assert isinstance(problem, Problem)
    assert "without a run" in problem.reason


def test_a_metric_beside_the_losses_of_a_history(tmp_path):
    item = {"id": "a", "train_loss": list(TRAIN), "val_loss": list(VAL), "metric": ["wer", list(ACC)]}
    [history] = read(
        lines(
            tmp_path / "runs.jsonl",
            [
                item,
            ],
        )
    )
    assert history.curves["val_wer"].values.tolist() == list(ACC)
    assert history.points == {"train_loss": 6, "val_loss": 6, "val_wer": 6}
