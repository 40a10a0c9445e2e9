"""The usual names of logged values."""

import pytest

from sweep.diagnosis.series_names import canonical

USUAL = {
    "batch_loss": "loss batch_loss Loss train_batch_loss",
    "train_loss": "train_loss train/loss training_loss train.loss trainLoss loss/train",
    "val_loss": "val_loss eval_loss validation_loss val/loss Validation-Loss dev/loss evalLoss loss/val test/loss",
    "val_acc": "val_acc val_accuracy val/accuracy eval_accuracy accuracy acc/val",
    "train_acc": "train_acc train/accuracy",
    "val_wer": "wer eval_wer val/wer",
    "val_f1": "eval_f1 f1",
    "val_rouge_l": "eval_rouge-L",
    "val_my_score": "eval_my_score",
    "learning_rate": "lr learning_rate",
    "grad_norm": "grad_norm gradient_norm",
    "epoch": "epoch epochs",
}


@pytest.mark.parametrize("expected", USUAL)
def test_usual_names(expected: str) -> None:
    assert {name: canonical(name) for name in USUAL[expected].split()} == dict.fromkeys(
        USUAL[expected].split(), expected
    )


@pytest.mark.parametrize(("name", "nearest"), [("vla_loss", "val_loss"), ("trian_loss", "train_loss"), ("los", "loss")])
def test_an_unknown_name_is_refused_with_the_nearest(name: str, nearest: str) -> None:
    with pytest.raises(ValueError, match=f"unknown series {name!r}.*nearest is {nearest!r}"):
        canonical(name)
