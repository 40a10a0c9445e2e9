"""The callback in a real Trainer."""

import logging

import pytest
import torch
from transformers import Trainer, TrainingArguments

from sweep import DiagnosisCallback
from sweep.diagnosis import diagnose


class Line(torch.nn.Module):
    """A model of one layer, whose loss is multiplied by a factor."""

    def __init__(self, factor: float = 1.0) -> None:
        super().__init__()
        self.layer = torch.nn.Linear(4, 1)
        self.factor = factor

    def forward(self, x: torch.Tensor, labels: torch.Tensor) -> dict[str, torch.Tensor]:
        out = self.layer(x)
        return {"loss": self.factor * ((out - labels) ** 2).mean(), "logits": out}


class Rows(torch.utils.data.Dataset[dict[str, torch.Tensor]]):
    """Random rows with random targets: there is nothing to learn but the rows themselves."""

    def __init__(self, size: int, seed: int) -> None:
        made = torch.Generator().manual_seed(seed)
        self.x, self.y = torch.randn(size, 4, generator=made), torch.randn(size, 1, generator=made)

    def __len__(self) -> int:
        return len(self.x)

    def __getitem__(self, at: int) -> dict[str, torch.Tensor]:
        return {"x": self.x[at], "labels": self.y[at]}


def trainer(tmp_path, callback, evals, factor=1.0, **options):  # type: ignore[no-untyped-def]
    arguments = TrainingArguments(
        output_dir=str(tmp_path),
        per_device_train_batch_size=4,
        num_train_epochs=options.pop("epochs", 12),
        logging_steps=1,
        eval_strategy=options.pop("eval_strategy", "epoch"),
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
        logging_nan_inf_filter=False,
        use_cpu=True,
        label_names=["labels"],
        **options,
    )
    return Trainer(
        model=Line(factor), args=arguments, train_dataset=Rows(8, 0), eval_dataset=evals, callbacks=[callback]
    )


def test_it_reads_the_log_of_a_trainer(tmp_path) -> None:  # type: ignore[no-untyped-def]
    callback = DiagnosisCallback()
    trainer(tmp_path, callback, {"train": Rows(8, 0), "held": Rows(40, 1)}, learning_rate=1e-2).train()
    curves = callback.curves
    assert {"batch_loss", "train_loss", "val_loss", "learning_rate", "grad_norm"} <= set(curves)
    assert len(curves["val_loss"]) == len(curves["train_loss"]) == 12
    assert len(curves["batch_loss"]) == 24
    assert callback.diagnosis == diagnose(curves)


def test_it_says_when_it_begins_and_ends_with_the_verdict(tmp_path, capsys) -> None:  # type: ignore[no-untyped-def]
    callback = DiagnosisCallback()
    trainer(tmp_path, callback, Rows(40, 1), learning_rate=1e-2).train()
    begun, verdict = [line for line in capsys.readouterr().out.splitlines() if line.startswith("diagnosis: ")]
    assert begun == "diagnosis: reading the learning curves of this run"
    assert verdict.startswith(f"diagnosis: {callback.diagnosis.regime}")


def test_a_process_that_is_not_to_log_says_nothing(tmp_path, capsys, caplog, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(TrainingArguments, "should_log", False)
    callback = DiagnosisCallback()
    run = trainer(
        tmp_path, callback, None, factor=1e30, learning_rate=1e25, optim="sgd", max_grad_norm=0.0, eval_strategy="no"
    )
    run.train()
    assert "diverged" in {alert.name for alert in callback.alerts}
    assert "diagnosis: " not in capsys.readouterr().out
    assert not [record for record in caplog.records if record.name == "sweep.diagnosis"]


def test_it_stops_a_run_that_breaks(tmp_path, caplog) -> None:  # type: ignore[no-untyped-def]
    callback = DiagnosisCallback(stop=True)
    run = trainer(
        tmp_path, callback, Rows(40, 1), factor=1e30, learning_rate=1e25, optim="sgd", max_grad_norm=0.0, epochs=50
    )
    with caplog.at_level(logging.WARNING, logger="sweep.diagnosis"):
        run.train()
    assert run.state.global_step < 100
    assert any("diverged" in record.message for record in caplog.records)
    assert callback.diagnosis.regime == "erratic"


def test_without_stop_it_only_warns(tmp_path) -> None:  # type: ignore[no-untyped-def]
    callback = DiagnosisCallback()
    run = trainer(
        tmp_path, callback, Rows(40, 1), factor=1e30, learning_rate=1e25, optim="sgd", max_grad_norm=0.0, epochs=10
    )
    run.train()
    assert run.state.global_step == 20
    assert "diverged" in {alert.name for alert in callback.alerts}


def test_it_says_what_would_blind_it(tmp_path, caplog) -> None:  # type: ignore[no-untyped-def]
    with caplog.at_level(logging.WARNING, logger="sweep.diagnosis"):
        trainer(tmp_path, DiagnosisCallback(), None, eval_strategy="no", epochs=1).train()
    assert "eval_strategy" in caplog.text


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("loss", "batch_loss"),
        ("eval_loss", "val_loss"),
        ("eval_accuracy", "val_acc"),
        ("eval_train_loss", "train_loss"),
        ("eval_runtime", None),
        ("eval_samples_per_second", None),
        ("total_flos", None),
    ],
)
def test_names(key: str, name: str | None) -> None:
    assert DiagnosisCallback()._name(key) == name
