"""The names that other programs give to a series, taken apart: which split, which metric, how fine."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

SPLITS = {
    **dict.fromkeys(("train", "training", "trn", "tr", "fit", "learn", "trained"), "train"),
    **dict.fromkeys(("val", "valid", "validation", "validate", "validating", "vld", "va", "vl", "cv"), "val"),
    **dict.fromkeys(("eval", "evaluation", "evaluate", "evaluating", "dev", "heldout", "holdout"), "val"),
    **dict.fromkeys(("test", "testing", "te", "tst"), "test"),
}
GRAINS = {"step": "step", "batch": "step", "iter": "step", "minibatch": "step", "epoch": "epoch"}
LOSSES = (
    {"loss", "losses", "objective", "cost"},
    {"nll", "xent", "ce", "crossentropy", "logloss", "mlogloss", "log_loss", "bce", "elbo", "bpb", "bpc"},
    {"mse", "rmse", "mae", "error", "err", "perplexity", "ppl", "mean_squared_error", "mean_absolute_error"},
    {"l1", "l2", "merror"},  # as LightGBM and XGBoost call theirs
)
"""Metrics that fall while a model learns, the likeliest to be the loss first."""
NO_LOSS = 9
"""The rank of a name that is no loss."""
PART = 4
"""What a further word ("box_loss", "squad_loss") adds to the rank: a part comes after the whole."""
BARE_SPLIT = 8
"""The rank of a split without a metric ("val: 0.3")."""
MOST_WORDS = 4
"""Further words in the name of a loss; more are a sentence, or a path into some other file."""
PLAIN = {"total", "overall", "running", "smoothed", "avg", "mean", "average", "final", "metrics", "metric", "scores"}
PLAIN |= {"set", "s", "current", "cur", "lm", "the", "value", "agg", "on", "of", "for", "in"}
CLASSY = {"sparse", "categorical", "binary", "top", "1", "multiclass", "score", "rate"}
ACCURATE = {"acc", "accuracy", "accs", "accuracies", "top1", "acc1", "prec1", "acc@1", "acc_top1"}
MEANS = {"macro", "micro", "weighted", "binary", "score", "measure"}
SHARES = {"f1": "f1", "fscore": "f1", "precision": "precision", "recall": "recall"}
KNOBS = {"lr": "learning_rate", "learning_rate": "learning_rate", "learningrate": "learning_rate"}
GRAD_NORMS = {"gnorm", "gradnorm", "grad_norm", "norm"}
EVALUATED = re.compile(
    r"(^|_)(map\d*|m?ap50|m?iou|dice|bleu\d?|sacrebleu|rouge\w*|meteor|chrf\w*|cider|wer|cer|auc|auroc|roc_auc|psnr|ssim"
    r"|fid|r2|em|exact_match|mrr|ndcg\w*|ents_f|ents_p|ents_r|tag_acc|dep_uas|dep_las|cats_score|edit_dis|score)(_|$)"
)
"""Metrics that are computed in evaluation only, so that their names seldom tell a split."""
CLOCKS = re.compile(
    r"runtime|per_sec|(^|_)(time|times|took|second|seconds|secs|sec|ms|speed|date|hours?)(_|$)|timestamp|flos|flops|memory"
    r"|(^|_)(gpu|mem)|loss_scale|tokens?_seen|duration|elapsed|throughput|(^|_)mfu$|wall|(^|_)id$|^unnamed|^index$"
    r"|preparation|(^|_)(best|lowest|highest|minimum|min|max|target|threshold|previous|prev|last)(_|$)|early_stop"
    r"|patience|^system_|(^|_)eta(_|$)|weight_decay|(^|_)(weight|coef|lambda|scale)$"
)
GLUED = re.compile(r"^(train|training|val|valid|validation|test|eval|dev)(loss|acc|accuracy|err|error)$")
COUNTERS = {
    "steps",
    "iterations",
    "samples",
    "examples",
    "size",
    "count",
    "num",
    "n",
    "updates",
    "batches",
    "instances",
}
COUNTERS |= {"ups", "wps", "wpb", "bsz", "clip", "ooms", "tokens", "images", "params", "parameters", "dataset", "seed"}
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
STEPS += ("update", "updates", "num_updates", "batch", "train_step", "training_step", "batch_idx", "round", "it")
STEPS += ("train_num_updates", "valid_num_updates", "iters")
EPOCHS = ("epoch", "epochs", "train_epoch", "training_epoch", "current_epoch", "epoch_num", "ep")
SETTING = re.compile(
    r"(?:^|(?<=[ _/(,-]))(?P<knob>lr|learning[ _]rate|bs|batch(?:[ _]size)?|wd|weight[ _]decay|seed|run|fold|trial"
    r"|model|dropout|width|depth|layers?|hidden|dim|momentum|exp|experiment|config|net|heads|beta\d?|warmup|eps|temperature|rank|frac)"
    r"[ _=:-]{0,2}(?P<value>\d[\d.]*(?:e-?\d+)?k?)\)?(?=$|[ _/),-])",
    re.IGNORECASE,
)
"""What tells one run from another in a name: ``lr_0.001``, ``val_loss (bs=32)``, ``seed 3``."""
_OURS = re.compile(r"^(batch_loss|learning_rate|grad_norm|epoch|(train|val)_[a-z][a-z0-9_]*)$")


class Name(NamedTuple):
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
    whole = re.sub(r"cross[-_ ]entropy", "crossentropy", spaced.lower())
    words = re.findall(r"[a-z0-9@.]+", whole)
    return "_".join(GLUED.sub(r"\1_\2", word.strip(".") or word) for word in words)


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
        return Name("val", "acc", "", NO_LOSS)
    if knob := _knob(joined, words):
        return Name("", knob, "", NO_LOSS)
    split = next((SPLITS[word] for word in reversed(words) if word in SPLITS), "")
    words = [word for word in words if word not in SPLITS]
    grain = next((GRAINS[word] for word in words if word in GRAINS), "") if len(words) > 1 or split else ""
    if grain:
        words = [word for word in words if word not in GRAINS]
    if set(words) & COUNTERS or (grain and not words):
        return None
    return _loss(split, grain, words) or _metric(split, grain, words)


def is_vague(what: Name) -> bool:
    """Whether a name tells no more than its split, or an unknown word beside it: ``train``, ``validation loader``."""
    if what.rank != NO_LOSS:
        return what.rank == BARE_SPLIT
    known = what.metric in ("acc", "learning_rate", "grad_norm") or what.metric in SHARES.values()
    return not known and EVALUATED.search(what.metric) is None


def says_split(name: str) -> bool:
    """Whether a name itself says that it is of training, validation or test."""
    return any(word in SPLITS for word in plain(name).split("_"))


def is_clock(name: str) -> bool:
    """Whether a name counts steps or epochs."""
    joined = plain(name)
    return joined in STEPS or joined in EPOCHS


def measures(name: str) -> bool:
    """Whether a name says what it measures, or of which run among several it is."""
    return parse(name) is not None or SETTING.search(name) is not None


def is_ours(name: str) -> bool:
    """Whether this is a name of our own vocabulary."""
    return bool(_OURS.match(name))


def _knob(joined: str, words: list[str]) -> str:
    """``learning_rate`` or ``grad_norm`` where a name says one of them, else ""."""
    if joined in KNOBS or words[0] == "lr" or joined.endswith(("_lr", "learning_rate")):
        return "learning_rate"
    if joined in GRAD_NORMS or ("norm" in joined and "grad" in joined):
        return "grad_norm"
    return ""


def _loss(split: str, grain: str, words: list[str]) -> Name | None:
    """The name of a loss, of the whole or of a part of it."""
    if not words:
        return Name(split, "loss", grain, BARE_SPLIT) if split else None
    joined = "_".join(words)
    for rank, known in enumerate(LOSSES):
        hit = joined if joined in known else next((word for word in words if word in known), "")
        if hit in ("l1", "l2") and not all(word == hit or word in PLAIN or word.isdigit() for word in words):
            continue  # the norm of something
        if hit and not {"lr", "weight", "scale"} & set(words):
            rest = () if hit == joined else tuple(word for word in words if word != hit and word not in PLAIN)
            if len(rest) > MOST_WORDS:
                return None
            return Name(split, "loss" if rank < 2 else hit, grain, rank + (PART if rest else 0), rest)
    return None


def _metric(split: str, grain: str, words: list[str]) -> Name | None:
    """The name of an accuracy, of a share, of what only evaluations compute, or of anything that tells its split."""
    kept = [word for word in words if word not in PLAIN] or words
    if set(kept) & ACCURATE and not {"k", "5", "top5"} & set(kept):
        return Name(split, "acc", grain, NO_LOSS, tuple(word for word in kept if word not in ACCURATE | CLASSY))
    for word, metric in SHARES.items():
        if word in kept and "average" not in words:
            rest = tuple(part for part in kept if part != word and part not in MEANS)
            return Name(split, metric, grain, NO_LOSS, rest)
    named = re.sub(r"[^a-z0-9_]", "_", "_".join(kept)).strip("_")
    if EVALUATED.search(named):
        return Name(split or "val", named.removesuffix("_b"), grain, NO_LOSS)
    return Name(split, named, grain, NO_LOSS) if split and named[:1].isalpha() else None
