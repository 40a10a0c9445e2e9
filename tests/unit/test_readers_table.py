"""Tables: what Keras and Lightning really write, and the tables of anyone."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from helpers.reading import only

from sweep.readers import Problem, histories


def reason(path: Path, columns: Mapping[str, str] | None = None) -> str:
    found = list(histories(str(path), columns or {}))
    assert len(found) == 1, found
    assert isinstance(found[0], Problem), found
    return found[0].reason


def table(folder: Path, text: str) -> Path:
    path = folder / "log.csv"
    path.write_text(text)
    return path


# Keras turns torch's numbers into numpy's in a way that numpy 2 deprecates.
@pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning")
@pytest.mark.parametrize("separator", [",", ";"])
def test_keras_csv_logger(tmp_path, monkeypatch, separator):
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    import keras

    keras.utils.set_random_seed(0)
    data = np.random.default_rng(0).normal(size=(32, 3)).astype("float32")
    labels = (data.sum(1) > 0).astype("float32")
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    path = tmp_path / "training.log"
    logger = keras.callbacks.CSVLogger(str(path), separator=separator)
    told = model.fit(data, labels, validation_split=0.25, epochs=3, verbose=0, callbacks=[logger]).history
    curves = only(path).curves
    assert curves["val_loss"].steps.tolist() == [0, 1, 2]
    for ours, theirs in (("train_loss", "loss"), ("val_loss", "val_loss"), ("train_acc", "accuracy")):
        assert curves[ours].values == pytest.approx(told[theirs])
    model.fit(data, labels, epochs=2, verbose=0, callbacks=[logger])
    alone = only(path).curves  # without a validation set Keras writes its columns all the same, full of NA
    assert len(alone["train_loss"]) == 2
    assert "val_loss" not in alone


@pytest.mark.filterwarnings(
    # Lightning asks torch's tree in a way that torch deprecates, and advises on workers and on cores.
    "ignore:.*LeafSpec.* is deprecated:FutureWarning",
    "ignore:.*does not have many workers:UserWarning",
)
def test_lightning_csv_logger(tmp_path):
    import lightning
    import torch
    from lightning.pytorch.loggers import CSVLogger

    class Line(lightning.LightningModule):
        def __init__(self):
            super().__init__()
            self.line = torch.nn.Linear(2, 1)

        def training_step(self, batch, _):
            loss = self.line(batch[0]).square().mean()
            self.log("train_loss", loss, on_step=True, on_epoch=True)
            return loss

        def validation_step(self, batch, _):
            self.log("val_loss", self.line(batch[0]).square().mean())

        def configure_optimizers(self):
            return torch.optim.SGD(self.parameters(), lr=0.1)

    torch.manual_seed(0)
    loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.randn(12, 2)), batch_size=4)
    trainer = lightning.Trainer(
        max_epochs=4,
        accelerator="cpu",
        logger=CSVLogger(tmp_path, name="digits"),
        log_every_n_steps=1,
        enable_progress_bar=False,
        enable_model_summary=False,
        enable_checkpointing=False,
    )
    trainer.fit(Line(), loader, loader)
    file = tmp_path / "digits" / "version_0" / "metrics.csv"
    history = only(file)
    assert history.id == "digits/version_0"
    assert history.curves["val_loss"].steps.tolist() == [2, 5, 8, 11]
    assert history.curves["train_loss"].steps.tolist() == [2, 5, 8, 11]
    assert len(history.curves["batch_loss"]) == 12
    batches = history.curves["batch_loss"].values.reshape(4, 3).mean(1)
    assert history.curves["train_loss"].values == pytest.approx(batches, rel=1e-5)
    assert only(tmp_path).curves["val_loss"] == history.curves["val_loss"]


def test_a_bare_accuracy_beside_two_losses_is_that_of_validation(tmp_path):
    text = "epoch,train_loss,valid_loss,accuracy,time\n0,1.0,1.1,0.5,00:03\n1,0.5,0.9,0.6,00:03\n"
    assert only(table(tmp_path, text)).columns["val_acc"] == "accuracy"


def test_percent_becomes_a_share_for_both_sides_alike(tmp_path):
    curves = only(table(tmp_path, "epoch,train_acc,val_acc\n0,1.0,0.5\n1,80.0,40.0\n")).curves
    assert curves["train_acc"].values.tolist() == [0.01, 0.8]
    assert curves["val_acc"].values.tolist() == [0.005, 0.4]


def test_own_names_override_what_would_be_guessed(tmp_path):
    path = table(tmp_path, "iter,epoch,nll,dev_nll,val_loss\n10,0,1.0,2.0,9.0\n20,0,0.5,1.5,9.0\n")
    curves = only(path, {"val_loss": "dev_nll", "train_loss": "nll", "step": "iter"}).curves
    assert curves["val_loss"].steps.tolist() == [10, 20]
    assert curves["val_loss"].values.tolist() == [2.0, 1.5]
    assert curves["train_loss"].values.tolist() == [1.0, 0.5]


def test_a_batch_number_that_restarts_in_each_epoch_is_no_step(tmp_path):
    rows = [f"{epoch},{batch},{1 / (1 + epoch)}" for epoch in range(3) for batch in range(4)]
    curves = only(table(tmp_path, "epoch,batch,train_loss\n" + "\n".join(rows))).curves
    assert len(curves["train_loss"]) == 12


def test_a_run_that_was_resumed_goes_on_from_its_checkpoint(tmp_path):
    text = "step,epoch,val_loss\n10,1,1.0\n20,2,0.9\n30,3,0.8\nstep,epoch,val_loss\n20,2,0.7\n30,3,0.6\n"
    assert only(table(tmp_path, text)).curves["val_loss"].values.tolist() == [1.0, 0.7, 0.6]


def test_missing_cells_are_not_recorded_and_nan_is(tmp_path):
    curves = only(table(tmp_path, "step,train_loss,val_loss\n0,1,\n1,nan,2\n2,inf,NA\n")).curves
    assert len(curves["val_loss"]) == 1
    assert math.isnan(curves["train_loss"].values[1])
    assert curves["train_loss"].values[2] == math.inf


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_tables_of_a_spreadsheet(tmp_path, encoding):
    path = tmp_path / "log.csv"
    path.write_bytes("Step;Train Loss;Validation Loss\r\n0;1,5;2,5\r\n1;1,0;2,0\r\n".encode(encoding))
    assert only(path).curves["val_loss"].values.tolist() == [2.5, 2.0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("epoch,val_loss\n0,1.0\n1,oops\n", "line 3, column 'val_loss': 'oops' is no number"),
        ("name,val_loss\na,b\nc,d\n", "column 'val_loss' holds text"),
        ("name,city\na,b\n", "--columns"),
        ("0,1.0,2.0\n1,0.5,1.0\n", "--columns step=1,train_loss=2,val_loss=3"),
        ("epoch,val_loss\n", "no rows"),
        ("just a line of prose\n", "--columns"),
    ],
)
def test_a_table_that_is_no_log_is_told_why(tmp_path, text, said):
    assert said in reason(table(tmp_path, text))


@pytest.mark.parametrize(
    "text",
    [
        "# lr=0.1\n# seed 3\nepoch,train_loss,val_loss\n0,2,0.5\n1,1,0.25\n",
        "# epoch train_loss val_loss\n0.0e+00 2.0e+00 5.0e-01\n1.0e+00 1.0e+00 2.5e-01\n",  # numpy's savetxt
        "epoch   train_loss   val_loss\n    0          2.0       0.5\n    1          1.0      0.25\n",
        "epoch,train_loss,val_loss\n0,tensor(2.),50 %\n1,\"tensor(1., device='cuda:0')\",25%\n",
        "epoch;loss, train;loss, val\n0;2,0;0,5\n1;1,0;0,25\n",
    ],
)
def test_tables_as_people_write_them(tmp_path, text):
    path = tmp_path / "log.txt"
    path.write_text(text)
    curves = only(path).curves
    assert curves["train_loss"].values.tolist() == [2.0, 1.0]
    assert curves["val_loss"].values.tolist() == [0.5, 0.25]


def test_a_name_in_another_encoding_spoils_no_number(tmp_path):
    path = tmp_path / "log.csv"
    path.write_bytes("époque,val_loss\n0,2.0\n1,1.0\n".encode("latin-1"))
    assert only(path).curves["val_loss"].values.tolist() == [2.0, 1.0]


def test_columns_that_are_not_there(tmp_path):
    path = table(tmp_path, "iter,nll\n0,1\n1,2\n")
    assert "'dev_nll'" in reason(path, {"val_loss": "dev_nll"})
    assert "'iteration'" in reason(path, {"train_loss": "nll", "step": "iteration"})


@pytest.mark.parametrize(
    ("name", "column"), [("run-validation-tag-epoch_loss.csv", "val_loss"), ("train_loss.csv", "train_loss")]
)
def test_a_chart_downloaded_from_tensorboard_is_named_by_its_file(tmp_path, name, column):
    (tmp_path / name).write_text("Wall time,Step,Value\n1700000000.1,0,0.9\n1700000001.2,5,0.5\n")
    (history,) = histories(str(tmp_path / name), {})
    assert history.curves[column].values.tolist() == [0.9, 0.5]
    assert history.curves[column].steps.tolist() == [0, 5]
