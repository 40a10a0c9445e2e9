"""What TensorBoard's writers really write."""

from __future__ import annotations

import math

import numpy as np
import pytest
from helpers.reading import only
from torch.utils.tensorboard import SummaryWriter

from sweep.readers import Problem, histories


def test_tags_with_a_split_in_front_or_behind(tmp_path):
    with SummaryWriter(str(tmp_path / "run")) as writer:
        for step in range(10):
            writer.add_scalar("Loss/train", 1 / (step + 1), step * 10)
            writer.add_scalar("val/loss", 2 / (step + 1), step * 10)
            writer.add_scalar("Accuracy/val", step / 10, step * 10)
            writer.add_scalar("gpu_memory", step, step * 10)
            writer.add_histogram("weights", np.ones(3), step)
    history = only(tmp_path / "run")
    assert set(history.curves) == {"train_loss", "val_loss", "val_acc"}
    assert history.curves["val_loss"].steps.tolist() == list(range(0, 100, 10))
    assert history.curves["val_loss"].values == pytest.approx([2 / (step + 1) for step in range(10)])
    assert history.columns["train_loss"] == "Loss/train"
    assert history.id == "run"


def test_folders_of_splits_are_one_run(tmp_path):
    for split in ("train", "validation"):
        with SummaryWriter(str(tmp_path / "run" / split)) as writer:
            for epoch in range(5):
                writer.add_scalar("epoch_loss", epoch + len(split), epoch)
    curves = only(tmp_path / "run").curves
    assert curves["train_loss"].values[0] == 5
    assert curves["val_loss"].values[0] == 10


def test_add_scalars_is_one_run(tmp_path):
    with SummaryWriter(str(tmp_path / "run")) as writer:
        for step in range(5):
            writer.add_scalars("loss", {"train": step, "val": step + 1}, step)
    curves = only(tmp_path / "run").curves
    assert curves["train_loss"].values.tolist() == [0, 1, 2, 3, 4]
    assert curves["val_loss"].values.tolist() == [1, 2, 3, 4, 5]


def test_validation_counted_in_epochs_is_put_on_the_clock_of_training(tmp_path):
    with SummaryWriter(str(tmp_path / "run")) as writer:
        for step in range(100):
            writer.add_scalar("train/loss", 1.0, step)
            if step % 20 == 19:
                writer.add_scalar("val/loss", 1.0, step // 20)
    curves = only(tmp_path / "run").curves
    assert len(curves["batch_loss"]) == 100
    assert curves["val_loss"].steps == pytest.approx([19.8, 39.6, 59.4, 79.2, 99])


def test_runs_below_a_folder_are_told_apart_and_the_dead_one_is_kept(tmp_path):
    for run, end in (("a", 0.5), ("b", math.nan)):
        with SummaryWriter(str(tmp_path / run)) as writer:
            for step in range(3):
                writer.add_scalar("train_loss", end if step == 2 else 1.0, step)
    first, second = histories(str(tmp_path), {})
    assert (first.id, second.id) == ("a", "b")
    assert math.isnan(second.curves["train_loss"].values[-1])


def test_a_single_event_file(tmp_path):
    with SummaryWriter(str(tmp_path / "calm")) as writer:
        for step in range(3):
            writer.add_scalar("loss", step, step)
    [file] = (tmp_path / "calm").iterdir()
    assert only(file).id == "calm"


def test_the_readable_part_of_a_cut_file_is_read(tmp_path):
    with SummaryWriter(str(tmp_path / "run")) as writer:
        for step in range(30):
            writer.add_scalar("loss", step, step)
    [file] = (tmp_path / "run").iterdir()
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    assert 5 < len(only(file).curves["train_loss"]) < 30


def test_events_without_a_scalar_are_named(tmp_path):
    SummaryWriter(str(tmp_path / "run")).close()
    [problem] = histories(str(tmp_path / "run"), {})
    assert isinstance(problem, Problem)
    assert "no scalars" in problem.reason
