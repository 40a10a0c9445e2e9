"""The user's own metric: which way is better, by its name, and whether it parts from the loss."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from sweep.curves import Curves, Floats, Series
from sweep.diagnosis.noise import median, noise
from sweep.diagnosis.series import PreparedSeries
from sweep.diagnosis.types import Finding

RISING = re.compile(
    r"accs?|accuracy|accuracies|top\d|f\d|fscore|fbeta|prec|precision|recall|sensitivity|specificity|mcc|matthews|kappa"
    r"|ap|map|auc|auroc|auprc|roc|iou|miou|dice|jaccard|hits?|mrr|ndcg"  # detection, segmentation, retrieval
    r"|em|exact|match|pass|bleu|sacrebleu|rouge|chrf|meteor|bertscore|bleurt|comet"  # text
    r"|pearsonr?|spearmanr?|correlation|r2|psnr|ssim|similarity|reward|return|score|win|success"
)
FALLING = re.compile(
    r"loss|losses|nll|ce|xent|perplexity|ppl|bpc|bpb|kl|divergence|brier|ece"
    r"|wer|cer|mer|ter|eer|edit|levenshtein|hamming|fpr|fnr"  # speech, text
    r"|err|errors?|mse|rmse|mae|mape|smape|distance|fid|kid"
)
GLUED = re.compile(r"^(?:(rouge)[a-z0-9]*|(?:val|eval|valid|test|dev|train)?(\w*?)(\d*))$")
FEWEST = 5  # values below which a metric and a loss are not compared
TURNED = 0.01  # share of its best by which the loss ends higher where it turned up
WENT_ON = 0.005  # share by which the metric ends better than at the best loss where it went on improving
WITHIN = 0.5  # of its noise: closer values of a metric are alike
MOST = 99.0


@lru_cache(maxsize=1024)
def direction(name: str) -> int | None:
    """1 where a metric of this name is better the higher it is, -1 where the lower, ``None`` where that is unknown.

    >>> direction("eval/WER"), direction("val_rougeL"), direction("mAP@0.5"), direction("epoch")
    (-1, 1, 1, None)
    """
    words = re.findall(r"[a-z0-9]+", name.lower())
    stems = {stem for word in words for stem in (word, *_stems(word))}
    if any(FALLING.fullmatch(stem) for stem in stems):
        return -1
    return 1 if any(RISING.fullmatch(stem) for stem in stems) else None


def _stems(word: str) -> list[str]:
    """A word without a split before it and a number behind it: ``bleu4``, ``evalaccuracy``."""
    glued = GLUED.match(word)
    return [part for part in glued.groups() if part] if glued else []


def metrics_of(names: Iterable[str]) -> list[tuple[str, int]]:
    """The metrics of the validation set among the names of series, with their directions; the loss is none."""
    found = [(name, direction(name)) for name in names if name.startswith("val_") and not name.endswith("loss")]
    return [(name, sign) for name, sign in found if sign is not None]


def since_best(values: Floats, sign: int) -> int:
    """How many values came after the best of a metric; all of them where none is finite."""
    known = np.isfinite(values)
    best = int(np.argmax(np.where(known, sign * values, -np.inf)))
    return values.size - 1 - best if known.any() else values.size


class _Paired(NamedTuple):
    """A metric, higher is better, and the validation loss at its steps; both of the shape ``(points,)``."""

    name: str
    sign: int
    steps: Floats
    values: Floats
    loss: Floats
    best_loss_at: int


def metric_disagreement(series: PreparedSeries, curves: Curves) -> Finding | None:
    """The finding ``metric_disagrees`` where the validation loss turned up and a metric went on improving.

    The loss ends (median of three) more than 1 % and half its noise above its best, the metric more than 0.5 % and half
    its noise better than it was at the best loss. The finding's ``step`` is the one to keep by the metric: of the
    values within half its noise of the best, that with the lowest loss. Its value is the relative gain of the metric.
    The first such metric in the order of the log counts.
    """
    if series.kind != "loss" or series.val.size < FEWEST or not _turned_up(series.val):
        return None
    for name, sign in metrics_of(curves):
        with np.errstate(over="ignore", invalid="ignore"):  # of values beyond all bounds, which no metric has
            found = _disagrees(series, _paired(series, name, sign, curves[name].finite()))
        if found is not None:
            return found
    return None


def _turned_up(val: Floats) -> bool:
    best = float(val.min())
    rise = median(val[-3:]) - best
    return rise > TURNED * best and rise > WITHIN * noise(val)


def _paired(series: PreparedSeries, name: str, sign: int, metric: Series) -> _Paired:
    loss = np.interp(metric.steps, series.steps, series.val)
    best_step = series.steps[int(np.argmin(series.val))]
    at = int(np.searchsorted(metric.steps, best_step, side="right")) - 1
    return _Paired(name.removeprefix("val_"), sign, metric.steps, sign * metric.values, loss, max(at, 0))


def _disagrees(series: PreparedSeries, paired: _Paired) -> Finding | None:
    values = paired.values
    if values.size < FEWEST:
        return None
    then = float(values[paired.best_loss_at])
    now = median(values[-3:])
    sigma = noise(values)
    gain = now - then
    if gain <= WENT_ON * abs(then) or gain <= WITHIN * sigma:
        return None
    alike = np.flatnonzero(values >= values.max() - WITHIN * sigma)
    kept = alike[int(np.argmin(paired.loss[alike]))]
    best_step = series.steps[int(np.argmin(series.val))]
    rise = median(series.val[-3:]) / max(float(series.val.min()), 1e-300) - 1
    step = float(paired.steps[kept])
    share = min(gain / max(abs(then), gain / MOST), MOST)
    text = (
        f"validation loss rose {100 * min(rise, MOST):.0f} % after step {best_step:g}, while {paired.name} improved "
        f"from {paired.sign * then:.4g} to {paired.sign * now:.4g}: by {paired.name}, within its noise, the step to "
        f"keep is {step:g}"
    )
    return Finding("metric_disagrees", share, WENT_ON, step, text)
