"""The usual names of logged values, as this project's own: ``eval_loss`` and ``validation/loss`` are ``val_loss``."""

from __future__ import annotations

import difflib
import re
from functools import lru_cache

from sweep.diagnosis.metrics import direction

SPLITS = {
    **dict.fromkeys(("train", "training", "trn"), "train"),
    **dict.fromkeys(("val", "valid", "validation", "eval", "evaluation", "dev", "test"), "val"),
}
ALONE = {
    "loss": "batch_loss",
    "batch_loss": "batch_loss",
    "train_batch_loss": "batch_loss",
    "lr": "learning_rate",
    "learning_rate": "learning_rate",
    "grad_norm": "grad_norm",
    "gradient_norm": "grad_norm",
    "epoch": "epoch",
    "epochs": "epoch",
}
SHORT = {"accuracy": "acc", "acc1": "acc", "top1": "acc", "f_score": "f1"}
KNOWN = ("loss", "train_loss", "val_loss", "train_acc", "val_acc", "val_f1", "learning_rate", "grad_norm", "epoch")


@lru_cache(maxsize=1024)
def canonical(name: str) -> str:
    """This project's name of a logged value. Raises ``ValueError`` with the nearest known name where there is none.

    A name needs a split ("train", "val", ...) unless it is a loss of batches, a learning rate or the like; a known
    metric without one belongs to the validation set.

    >>> canonical("loss"), canonical("train/loss"), canonical("eval_accuracy"), canonical("wer")
    ('batch_loss', 'train_loss', 'val_acc', 'val_wer')
    """
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z][a-z])", "_", name.strip())
    words = re.findall(r"[a-z0-9]+", spaced.lower())
    joined = "_".join(words)
    if joined in ALONE:
        return ALONE[joined]
    if words and words[0] in SPLITS and len(words) > 1:
        return _of_split(SPLITS[words[0]], words[1:])
    if words and words[-1] in SPLITS and len(words) > 1:
        return _of_split(SPLITS[words[-1]], words[:-1])
    if direction(joined) is not None and "loss" not in words:
        return _of_split("val", words)
    nearest = difflib.get_close_matches(joined, KNOWN, n=1, cutoff=0.0)[0]
    raise ValueError(
        f"unknown series {name!r}: expected a name such as train_loss, val_loss, val_accuracy or learning_rate; "
        f"the nearest is {nearest!r}"
    )


def _of_split(split: str, words: list[str]) -> str:
    metric = "_".join(words)
    return f"{split}_{SHORT.get(metric, metric)}"
