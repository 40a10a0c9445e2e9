from __future__ import annotations

import pytest

from sweep.readers.column_mapping import wire
from sweep.readers.column_names import is_ours, parse


@pytest.mark.parametrize(
    ("name", "split", "metric"),
    [
        ("eval_accuracy", "val", "acc"),
        ("val_sparse_categorical_accuracy", "val", "acc"),
        ("Training Loss", "train", "loss"),
        ("trainLoss", "train", "loss"),
        ("dev/cross-entropy", "val", "loss"),
        ("eval_f1", "val", "f1"),
        ("val_macro_f1", "val", "f1"),
        ("test_recall", "test", "recall"),
        ("eval_top1", "val", "acc"),
        ("eval_top5", "val", "top5"),
        ("lr-AdamW/pg1", "", "learning_rate"),
        ("grad_2.0_norm_total", "", "grad_norm"),
        ("train/val_loss", "val", "loss"),
        ("eval_bleu", "val", "bleu"),
        ("te_loss", "test", "loss"),
        ("valid_1/l2", "val", "l2"),
        ("train/l2_norm", "train", "l2_norm"),
        ("validation_scores_", "val", "acc"),
        ("valid_accs", "val", "acc"),
    ],
)
def test_what_a_name_says(name, split, metric):
    found = parse(name)
    assert found is not None
    assert (found.split, found.metric) == (split, metric)


@pytest.mark.parametrize(
    "name", ["eval_runtime", "eval_samples_per_second", "train/global_step", "step", "total_flos", "time", "", "city"]
)
def test_clocks_and_counters_say_nothing(name):
    assert parse(name) is None


@pytest.mark.parametrize("name", ["batch_loss", "val_f1", "train_loss", "epoch"])
def test_our_own_names(name):
    assert is_ours(name)


def wired(*names: str, long: str = "") -> dict[str, str]:
    raw = {name: (list(range(40 if name == long else 4)), [0.5] * (40 if name == long else 4)) for name in names}
    return wire(raw, {})[1]


def test_our_own_names_are_kept_as_they_are():
    ours = ("batch_loss", "train_loss", "val_loss", "train_acc", "val_acc", "train_f1", "learning_rate", "grad_norm")
    assert wired(*ours) == {name: name for name in ours}


def test_both_losses_are_of_one_metric():
    assert wired("loss", "val_mae", "mae") == {"train_loss": "mae", "val_loss": "val_mae"}
    assert wired("train_loss", "train_nll", "val_nll")["val_loss"] == "val_nll"


def test_the_whole_loss_comes_before_its_parts():
    names = wired("train/box_loss", "train/loss", "val/box_loss", "val/loss")
    assert (names["train_loss"], names["val_loss"]) == ("train/loss", "val/loss")


def test_a_named_evaluation_set_will_do():
    assert wired("loss", "eval_squad_loss")["val_loss"] == "eval_squad_loss"


def test_the_test_set_stands_in_where_there_is_no_validation():
    assert wired("train_loss", "test_loss")["val_loss"] == "test_loss"
    assert wired("train_loss", "test_loss", "val_loss")["val_loss"] == "val_loss"


def test_a_dense_training_loss_is_of_batches():
    assert "batch_loss" in wired("loss", "val_loss", long="loss")
    assert "train_loss" in wired("loss", "val_loss")
