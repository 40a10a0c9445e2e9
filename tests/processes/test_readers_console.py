"""What Keras, Lightning and the Hugging Face Trainer really print, read back against what they recorded."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sweep.readers import History, histories

pytestmark = [
    # Keras turns torch's numbers into numpy's in a way that numpy 2 deprecates.
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"),
    # Lightning asks torch's tree in a way that torch deprecates, and advises on workers and on cores.
    pytest.mark.filterwarnings("ignore:.*LeafSpec.* is deprecated:FutureWarning"),
    pytest.mark.filterwarnings("ignore:.*does not have many workers:UserWarning"),
]


def printed(run: Callable[[], object]) -> str:
    """All that a function prints, to either stream."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        run()
    return out.getvalue()


def only(folder: Path, text: str) -> History:
    path = folder / "console.log"
    path.write_text(text, encoding="utf-8", newline="")
    found = list(histories(str(path), {}))
    assert len(found) == 1, found
    assert isinstance(found[0], History), found
    return found[0]


@pytest.mark.parametrize("verbose", [1, 2])
def test_keras(tmp_path, monkeypatch, verbose):
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    import keras

    keras.utils.set_random_seed(0)
    data = np.random.default_rng(0).normal(size=(64, 3)).astype("float32")
    labels = (data.sum(1) > 0).astype("float32")
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    told = {}
    text = printed(
        lambda: told.update(
            model.fit(data, labels, validation_split=0.25, epochs=4, batch_size=8, verbose=verbose).history
        )
    )
    history = only(tmp_path, text)
    for ours, theirs in (("train_loss", "loss"), ("val_loss", "val_loss"), ("val_acc", "val_accuracy")):
        assert history.columns[ours] == theirs
        assert history.curves[ours].values == pytest.approx(told[theirs], abs=6e-5)
        assert history.curves[ours].steps.tolist() == [1, 2, 3, 4]


def test_lightning(tmp_path):
    import lightning
    import torch
    from lightning.pytorch.callbacks import TQDMProgressBar

    told: dict[str, list[float]] = {"val_loss": []}

    class Line(lightning.LightningModule):
        def __init__(self):
            super().__init__()
            self.line = torch.nn.Linear(2, 1)

        def training_step(self, batch, _):
            loss = self.line(batch[0]).square().mean()
            self.log("train_loss", loss, on_step=True, on_epoch=True, prog_bar=True)
            return loss

        def validation_step(self, batch, _):
            self.log("val_loss", self.line(batch[0]).square().mean(), prog_bar=True)

        def on_train_epoch_end(self):
            told["val_loss"].append(float(self.trainer.callback_metrics["val_loss"]))

        def configure_optimizers(self):
            return torch.optim.SGD(self.parameters(), lr=0.05)

    torch.manual_seed(0)
    loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.randn(12, 2)), batch_size=4)
    trainer = lightning.Trainer(
        max_epochs=4,
        accelerator="cpu",
        logger=False,
        enable_checkpointing=False,
        enable_model_summary=False,
        callbacks=[TQDMProgressBar()],
    )
    history = only(tmp_path, printed(lambda: trainer.fit(Line(), loader, loader)))
    assert history.columns["train_loss"] == "train_loss_epoch"
    assert history.curves["val_loss"].values == pytest.approx(told["val_loss"], rel=1e-2)
    assert len(history.curves["train_loss"]) == 4
    assert history.curves["val_loss"].steps.tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("bar", [True, False])
def test_the_trainer(tmp_path, bar):
    import torch
    from transformers import PreTrainedConfig, PreTrainedModel, Trainer, TrainingArguments

    class Line(PreTrainedModel):
        config_class = PreTrainedConfig

        def __init__(self, config: PreTrainedConfig) -> None:
            super().__init__(config)
            self.line = torch.nn.Linear(2, 2)
            self.post_init()

        def forward(self, x: torch.Tensor, labels: torch.Tensor) -> dict[str, torch.Tensor]:
            logits = self.line(x)
            return {"loss": torch.nn.functional.cross_entropy(logits, labels), "logits": logits}

    torch.manual_seed(0)
    points = torch.randn(64, 2)
    rows = [{"x": point, "labels": int(point.sum() > 0)} for point in points]
    arguments = TrainingArguments(
        str(tmp_path / "out"),
        num_train_epochs=4,
        per_device_train_batch_size=8,
        eval_strategy="epoch",
        logging_strategy="epoch",
        save_strategy="no",
        report_to="none",
        disable_tqdm=not bar,
        use_cpu=True,
        dataloader_pin_memory=False,
    )
    trainer = Trainer(model=Line(PreTrainedConfig()), args=arguments, train_dataset=rows[:48], eval_dataset=rows[48:])
    history = only(tmp_path, printed(trainer.train))
    log = trainer.state.log_history
    assert history.curves["train_loss"].values == pytest.approx([row["loss"] for row in log if "loss" in row], rel=1e-3)
    assert history.curves["val_loss"].values == pytest.approx(
        [row["eval_loss"] for row in log if "eval_loss" in row], rel=1e-3
    )
    assert history.curves["val_loss"].steps.tolist() == [1, 2, 3, 4]
