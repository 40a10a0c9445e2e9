"""What the Hugging Face Trainer really writes."""

from __future__ import annotations

import json
import math
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from helpers.reading import only
from transformers import PreTrainedConfig, PreTrainedModel, Trainer, TrainingArguments

from sweep.readers import Problem, histories


class Line(PreTrainedModel):
    config_class = PreTrainedConfig

    def __init__(self, config: PreTrainedConfig) -> None:
        super().__init__(config)
        self.line = torch.nn.Linear(2, 2)
        self.post_init()

    def forward(self, x: torch.Tensor, labels: torch.Tensor) -> dict[str, torch.Tensor]:
        logits = self.line(x)
        return {"loss": torch.nn.functional.cross_entropy(logits, labels), "logits": logits}


def train(folder: Path, **settings: object) -> Trainer:
    torch.manual_seed(0)
    points = torch.randn(64, 2)
    rows = [{"x": point, "labels": int(point.sum() > 0)} for point in points]
    arguments = TrainingArguments(
        str(folder),
        num_train_epochs=4,
        per_device_train_batch_size=8,
        learning_rate=0.05,
        eval_strategy="epoch",
        logging_nan_inf_filter=False,
        save_strategy="epoch",
        report_to="none",
        disable_tqdm=True,
        use_cpu=True,
        dataloader_pin_memory=False,
        **settings,
    )
    trainer = Trainer(
        model=Line(PreTrainedConfig()),
        args=arguments,
        train_dataset=rows[:48],
        eval_dataset=rows[48:],
        compute_metrics=lambda out: {"accuracy": float((out.predictions.argmax(-1) == out.label_ids).mean())},
    )
    trainer.train()
    return trainer


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hf") / "calm-run"
    train(folder, logging_steps=1)
    return folder


def test_an_output_folder_is_one_run_read_from_its_last_checkpoint(trained):
    history = only(trained)
    assert history.id == "calm-run"
    assert Path(history.source) == trained / "checkpoint-24" / "trainer_state.json"
    assert history.curves["val_loss"].steps.tolist() == [6, 12, 18, 24]
    assert history.curves["val_acc"].values.max() <= 1
    assert "learning_rate" in history.curves
    assert "grad_norm" in history.curves


def test_the_loss_of_each_step_is_a_batch_loss(trained):
    curves = only(trained).curves
    assert len(curves["batch_loss"]) == 24
    assert "train_loss" not in curves
    log = json.loads((trained / "checkpoint-24" / "trainer_state.json").read_text())["log_history"]
    assert curves["batch_loss"].values.tolist() == [row["loss"] for row in log if "loss" in row]


def test_a_loss_logged_once_per_evaluation_is_a_training_loss(tmp_path):
    trainer = train(tmp_path / "run", logging_strategy="epoch")
    trainer.save_state()
    history = only(tmp_path / "run")
    assert Path(history.source) == tmp_path / "run" / "trainer_state.json"
    assert history.curves["train_loss"].steps.tolist() == history.curves["val_loss"].steps.tolist() == [6, 12, 18, 24]
    # The row that sums the run up has a train_loss too: a mean over all steps, no point of the curve.
    summary = next(row for row in trainer.state.log_history if "train_runtime" in row)
    assert summary["train_loss"] not in history.curves["train_loss"].values


def test_a_checkpoint_folder_and_the_file_in_it_are_the_same_history(trained):
    folder = only(trained / "checkpoint-12")
    file = only(trained / "checkpoint-12" / "trainer_state.json")
    assert folder.curves["val_loss"] == file.curves["val_loss"]
    assert folder.curves["val_loss"].steps.tolist() == [6, 12]
    assert file.id == "calm-run/checkpoint-12"


def test_a_loss_of_nan_is_kept(tmp_path):
    state = train(tmp_path / "run", logging_steps=6).state
    state.log_history[2]["loss"] = math.nan
    state.save_to_json(str(tmp_path / "trainer_state.json"))
    curves = only(tmp_path / "trainer_state.json").curves
    assert np.isnan(curves["train_loss"].values).sum() == 1


def test_a_state_cut_off_while_saving_is_named_with_its_line(trained, tmp_path):
    whole = (trained / "checkpoint-24" / "trainer_state.json").read_text()
    cut = tmp_path / "trainer_state.json"
    cut.write_text(whole[: len(whole) // 2])
    [problem] = histories(str(cut), {})
    assert isinstance(problem, Problem)
    assert "breaks off at line" in problem.reason
    assert str(problem).startswith(str(cut))


def test_folders_of_several_runs_give_each_its_own_name(trained, tmp_path):
    for name in ("b10", "b9"):
        shutil.copytree(trained, tmp_path / "all" / name)
    assert [item.id for item in histories(str(tmp_path / "all"), {})] == ["b9", "b10"]
