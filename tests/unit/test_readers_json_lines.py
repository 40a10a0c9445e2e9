from __future__ import annotations

import json
import math
import tracemalloc
from pathlib import Path

import pytest

from sweep.readers import History, Problem, histories


def lines(folder: Path, *items: object) -> Path:
    path = folder / "runs.jsonl"
    path.write_text("".join((item if isinstance(item, str) else json.dumps(item)) + "\n" for item in items))
    return path


def test_a_history_per_line_where_null_is_not_recorded_and_nan_is_a_value(tmp_path):
    path = lines(
        tmp_path,
        {"id": "a", "train_loss": [1.0, 0.5], "val_loss": [1.0, None], "train_acc": None, "val_acc": [0.1, 0.9]},
        {"id": 7, "train_loss": [1.0], "val_loss": None},
        '{"train_loss": [NaN, Infinity, 1]}',
    )
    first, second, third = histories(str(path), {})
    assert [item.id for item in (first, second, third)] == ["a", 7, "3"]
    assert first.source == str(path)
    assert first.curves["val_loss"].values.tolist() == [1.0]
    assert first.curves["val_acc"].values.tolist() == [0.1, 0.9]
    assert "train_acc" not in first.curves
    assert "val_loss" not in second.curves
    assert math.isnan(third.curves["train_loss"].values[0])
    assert third.curves["train_loss"].values[1] == math.inf


@pytest.mark.parametrize(
    "more", [{"lr": 0.1}, {"epochs": 2, "label": "overfit"}, {"config": {"lr": 0.1}, "best_loss": 0.5}, {"step": 9}]
)
def test_a_history_may_tell_more_than_its_series(tmp_path, more):
    [history] = histories(str(lines(tmp_path, {**more, "train_loss": [3, 2], "val_loss": [3, 1]})), {})
    assert history.curves["train_loss"].values.tolist() == [3, 2]
    assert history.curves["val_loss"].values.tolist() == [3, 1]


def test_a_row_may_hold_lists(tmp_path):
    rows = [{"epoch": i, "train_lr": 0.1, "train_loss": 2.0 - i, "test_loss": 3.0, "test_ap": [1, 2]} for i in (0, 1)]
    [history] = histories(str(lines(tmp_path, *rows)), {})
    assert history.curves["train_loss"].values.tolist() == [2.0, 1.0]
    assert history.curves["val_loss"].values.tolist() == [3.0, 3.0]


def test_an_accuracy_on_a_grid_of_its_own(tmp_path):
    item = {"train_loss": [4, 3, 2, 1], "train_steps": [10, 20, 30, 40], "train_acc": [0.1, 0.9]}
    [history] = histories(str(lines(tmp_path, item)), {})
    assert history.curves["train_loss"].steps.tolist() == [10, 20, 30, 40]
    assert history.curves["train_acc"].steps.tolist() == [20, 40]


def test_lines_in_utf_16(tmp_path):
    path = tmp_path / "runs.jsonl"
    path.write_bytes(('{"id": "a", "val_loss": [2, 1]}\n' * 2).encode("utf-16"))
    assert [item.curves["val_loss"].values.tolist() for item in histories(str(path), {})] == [[2, 1], [2, 1]]


def test_each_side_counts_with_its_own_steps(tmp_path):
    path = lines(tmp_path, {"train_loss": [3, 2, 1], "val_loss": [2, 1], "train_steps": [1, 2, 3], "val_steps": [2, 3]})
    [history] = histories(str(path), {})
    assert history.curves["train_loss"].steps.tolist() == [1, 2, 3]
    assert history.curves["val_loss"].steps.tolist() == [2, 3]


def test_sides_of_other_lengths_span_the_same_run(tmp_path):
    [history] = histories(str(lines(tmp_path, {"train_loss": [1.0] * 100, "val_loss": [1.0] * 4})), {})
    assert history.curves["val_loss"].steps.tolist() == [24, 49, 74, 99]
    assert len(history.curves["train_loss"]) == 100


def test_a_broken_line_is_named_and_the_others_are_read(tmp_path):
    path = lines(
        tmp_path,
        {"id": "a", "train_loss": [1, 2]},
        '{"id": "b", "train_loss": [1,',
        "[1, 2]",
        {"id": "d", "train_loss": ["x", "y"]},
        {"id": "e", "train_loss": [[1], [2]]},
        {"id": "f", "val_loss": [1], "val_steps": [1, 2]},
        {"id": "g", "names": [1, 2]},
        "",
        {"id": "j", "train_loss": [1, 2]},
    )
    found = list(histories(str(path), {}))
    assert [item.id for item in found if isinstance(item, History)] == ["a", "j"]
    assert [item.source for item in found if isinstance(item, Problem)] == [f"{path}:{line}" for line in range(2, 8)]


def test_a_history_without_a_point_is_a_history_all_the_same(tmp_path):
    path = lines(
        tmp_path, {"id": "a", "train_loss": [], "val_loss": []}, {"id": "b", "train_loss": None, "val_loss": None}
    )
    first, second = histories(str(path), {})
    assert [item.id for item in (first, second)] == ["a", "b"]
    assert not len(first.curves["val_loss"])
    assert not len(second.curves["val_loss"])


def test_rows_may_hold_histograms_and_gaps(tmp_path):
    rows = [
        {"_step": i, "val_loss": None if i < 2 else 1.0, "loss": 2.0, "weights": {"values": [1, 2]}} for i in range(4)
    ]
    [history] = histories(str(lines(tmp_path, *rows)), {})
    assert history.curves["train_loss"].steps.tolist() == [0, 1, 2, 3]
    assert history.curves["val_loss"].steps.tolist() == [2, 3]


def test_a_file_of_broken_lines_is_given_up(tmp_path):
    found = list(histories(str(lines(tmp_path, *["{no json}"] * 1000)), {}))
    assert len(found) < 30
    assert "none of its first" in found[-1].reason


def test_rows_of_one_history(tmp_path):
    path = lines(tmp_path, *[{"step": 5 * i, "train": {"loss": 1 / (i + 1)}, "val_loss": 1.0} for i in range(4)])
    [history] = histories(str(path), {})
    assert history.id == "runs"
    assert history.curves["train_loss"].steps.tolist() == [0, 5, 10, 15]


@pytest.mark.parametrize("wrap", [lambda item: item, lambda item: [item]])
def test_a_history_in_plain_json(tmp_path, wrap):
    path = tmp_path / "history.json"
    path.write_text(json.dumps(wrap({"loss": [2.0, 1.0], "val_loss": [2.0, 1.5], "accuracy": [0.1, 0.2]}), indent=1))
    [history] = histories(str(path), {})
    assert history.curves["train_loss"].values.tolist() == [2.0, 1.0]
    assert history.curves["train_acc"].values.tolist() == [0.1, 0.2]


@pytest.mark.parametrize(
    "item",
    [
        {"validation_0": {"logloss": [2.0, 1.0]}, "validation_1": {"logloss": [2.5, 1.5]}},  # XGBoost
        {"training": {"l2": [2.0, 1.0]}, "valid_1": {"l2": [2.5, 1.5]}},  # LightGBM
        {"loss": {"0": 2.0, "1": 1.0}, "val_loss": {"0": 2.5, "1": 1.5}},  # Keras' history, by pandas' to_json
        {"loss": {"train": [2.0, 1.0], "val": [2.5, 1.5]}},
        {"train": {"loss": [2.0, 1.0]}, "val": {"loss": [2.5, 1.5]}},
    ],
)
def test_histories_of_other_libraries(tmp_path, item):
    path = tmp_path / "history.json"
    path.write_text(json.dumps(item))
    [history] = histories(str(path), {})
    assert history.curves["train_loss"].values.tolist() == [2.0, 1.0]
    assert history.curves["val_loss"].values.tolist() == [2.5, 1.5]


def test_an_object_of_runs(tmp_path):
    path = tmp_path / "results.json"
    path.write_text(json.dumps({f"net{i}": {"train_loss": [2 * i, i], "val_loss": [i, i]} for i in (1, 2)}))
    first, second = histories(str(path), {})
    assert (first.id, second.id) == ("net1", "net2")
    assert second.curves["train_loss"].values.tolist() == [4, 2]


def test_columns_name_the_lists(tmp_path):
    path = lines(tmp_path, {"a": [1, 2], "b": [3, 4], "when": [10, 20]})
    [history] = histories(str(path), {"train_loss": "a", "val_loss": "b", "step": "when"})
    assert history.curves["val_loss"].steps.tolist() == [10, 20]
    assert history.curves["val_loss"].values.tolist() == [3, 4]


def test_memory_does_not_grow_with_the_lines(tmp_path):
    path = tmp_path / "many.jsonl"
    line = json.dumps({"id": "x", "train_loss": [0.123456789] * 500, "val_loss": [0.123456789] * 500}) + "\n"
    path.write_text(line * 500)
    tracemalloc.start()
    try:
        assert sum(1 for _ in histories(str(path), {})) == 500
        assert tracemalloc.get_traced_memory()[1] < len(line) * 30
    finally:
        tracemalloc.stop()
