"""The names that other programs give to a series, taken apart: which split, which metric, how fine."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

SPLITS = {
    **dict.fromkeys(("train", "training", "trn", "tr", "fit", "learn"), "train"),
    **dict.fromkeys(("val", "valid", "validation", "eval", "evaluation", "dev", "heldout", "holdout", "cv"), "val"),
    **dict.fromkeys(("test", "testing", "te"), "test"),
}
GRAINS = {"step": "step", "batch": "step", "iter": "step", "minibatch": "step", "epoch": "epoch"}
LOSSES = (
    {"loss", "losses", "objective", "cost"},
    {"nll", "xent", "ce", "crossentropy", "cross_entropy", "logloss", "mlogloss", "log_loss", "bce", "elbo"},
    {"mse", "rmse", "mae", "error", "err", "perplexity", "ppl", "mean_squared_error", "mean_absolute_error"},
    {"l1", "l2", "merror"},  # as LightGBM and XGBoost call theirs
)
"""Metrics that fall while a model learns, the likeliest to be the loss first."""
PLAIN = {"total", "overall", "running", "smoothed", "avg", "mean", "average", "final", "metrics", "metric", "scores"}
CLASSY = {"sparse", "categorical", "binary", "top", "1", "multiclass", "score"}
ACCURATE = {"acc", "accuracy", "accs", "accuracies", "top1", "acc1", "prec1", "acc@1"}
MEANS = {"macro", "micro", "weighted", "binary", "score"}
SHARES = {"f1": "f1", "fscore": "f1", "precision": "precision", "recall": "recall"}
KNOBS = {"lr": "learning_rate", "learning_rate": "learning_rate", "learningrate": "learning_rate"}
CLOCKS = re.compile(
    r"runtime|per_second|per_sec|(^|_)time(_|$)|timestamp|flos|flops|memory|(^|_)gpu|loss_scale|tokens_seen|duration"
    r"|elapsed|throughput|(^|_)mfu$|wall|(^|_)id$|^unnamed|^index$|preparation|(^|_)best_|early_stop|patience|^system_"
)
GLUED = re.compile(r"^(train|training|val|valid|validation|test|eval|dev)(loss|acc|accuracy|err|error)$")
COUNTERS = {"steps", "iterations", "samples", "examples", "size", "count", "num", "n", "updates", "batches"}
STEPS: tuple[str, ...] = (
    "step",
    "global_step",
    "steps",
    "iteration",
    "iter",
    "iterations",
    "trainer_global_step",
    "train_global_step",
)
STEPS += ("update", "updates", "num_updates", "batch", "train_step", "training_step")
EPOCHS = ("epoch", "epochs", "train_epoch")
_OURS = re.compile(r"^(batch_loss|learning_rate|grad_norm|epoch|(train|val)_[a-z][a-z0-9_]*)$")


@dataclass(frozen=True)
class Name:
    """``split`` is train, val, test or "" (untold); ``rank`` tells how likely a loss this is (0 is best, 9 is none).

    ``rest`` are the words that are neither, such as the name of a data set or of one part of the loss.
    """

    split: str
    metric: str
    grain: str
    rank: int
    rest: tuple[str, ...] = ()


@lru_cache(maxsize=4096)
def plain(name: str) -> str:
    """Lower case, words joined by underscores: ``Training Loss`` and ``train/Loss`` lose what only typography adds."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z][a-z])", "_", name.strip())
    words = re.findall(r"[a-z0-9@.]+", spaced.lower().replace("cross-entropy", "crossentropy"))
    return "_".join(GLUED.sub(r"\1_\2", word) for word in words)


@lru_cache(maxsize=4096)
def parse(name: str) -> Name | None:
    """What a foreign name says, or ``None`` where it is a clock, a counter, or nothing that is known.

    >>> parse("eval/accuracy")
    Name(split='val', metric='acc', grain='', rank=9, rest=())
    """
    joined = plain(name)
    if not joined or CLOCKS.search(joined) or joined in STEPS or joined in EPOCHS:
        return None
    words = joined.split("_")
    if joined == "validation_scores":  # of scikit-learn's networks
        return Name("val", "acc", "", 9)
    if joined in KNOBS or words[0] == "lr" or joined.endswith(("_lr", "learning_rate")):
        return Name("", "learning_rate", "", 9)
    if "norm" in joined and re.search(r"grad", joined):
        return Name("", "grad_norm", "", 9)
    split = next((SPLITS[word] for word in reversed(words) if word in SPLITS), "")
    words = [word for word in words if word not in SPLITS]
    grain = next((GRAINS[word] for word in words if word in GRAINS), "") if len(words) > 1 or split else ""
    words = [word for word in words if not grain or word not in GRAINS]
    if set(words) & COUNTERS or (grain and not words):
        return None
    return _metric(split, grain, words)


def is_ours(name: str) -> bool:
    """Whether this is a name of our own vocabulary."""
    return bool(_OURS.match(name))


def _metric(split: str, grain: str, words: list[str]) -> Name | None:
    joined = "_".join(words)
    if not words:
        return Name(split, "loss", grain, 8) if split else None
    for rank, known in enumerate(LOSSES):
        hit = joined if joined in known else next((word for word in words if word in known), "")
        if hit in ("l1", "l2") and not all(word == hit or word.isdigit() for word in words):
            continue  # the norm of something
        if hit and not {"lr", "weight"} & set(words):
            rest = () if hit == joined else tuple(word for word in words if word != hit and word not in PLAIN)
            # A named part of the loss ("squad_loss", "box_loss") comes after the whole of it.
            return Name(split, "loss" if rank < 2 else hit, grain, rank + (4 if rest else 0), rest)
    kept = [word for word in words if word not in PLAIN] or words
    if set(kept) & ACCURATE and not {"k", "5", "top5"} & set(kept):
        return Name(split, "acc", grain, 9, tuple(word for word in kept if word not in ACCURATE | CLASSY))
    for word, metric in SHARES.items():
        if word in kept and "average" not in words:
            return Name(split, metric, grain, 9, tuple(part for part in kept if part != word and part not in MEANS))
    return Name(split, re.sub(r"[^a-z0-9_]", "_", joined), grain, 9) if split else None
