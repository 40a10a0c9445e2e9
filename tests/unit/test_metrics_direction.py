"""Metrics by their names, and the finding that loss and metric part."""

import numpy as np
import pytest

from sweep.curves import Curves, Series
from sweep.diagnosis.metrics import direction, metric_disagreement
from sweep.diagnosis.noise import noise
from sweep.diagnosis.series import prepare_series
from sweep.diagnosis.types import Finding

RNG = np.random.default_rng(4)
TIME = np.linspace(0, 1, 30)
UP = """accuracy eval/accuracy val_acc Accuracy top1 top5_acc acc@1 f1 macro_f1 eval_f1_weighted precision recall@10 EM
exact_match BLEU sacrebleu bleu4 rouge1 rougeL rouge_lsum ROUGE-2 mAP mAP50 mAP@0.5:0.95 AUROC val_roc_auc mIoU Dice MCC
matthews_correlation spearmanr R2 chrF METEOR bertscore_f1 ndcg@10 MRR hits@1 pass@1 reward"""
DOWN = """WER eval_wer cer word_error_rate error_rate val_err perplexity ppl eval/perplexity bpc TER EER MAE
mean_absolute_error RMSE FID ECE nll eval_loss hamming_loss"""
NEITHER = "epoch learning_rate eval_runtime samples_per_second gen_len step grad_norm"


@pytest.mark.parametrize(("names", "expected"), [(UP, 1), (DOWN, -1), (NEITHER, None)])
def test_directions(names: str, expected: int | None) -> None:
    assert {name: direction(name) for name in names.split()} == dict.fromkeys(names.split(), expected)


def disagreement(loss, **metrics) -> Finding | None:
    curves = Curves.of(val_loss=loss, train_loss=np.exp(-4 * TIME), **metrics)
    return metric_disagreement(prepare_series(curves), curves)


def risen() -> np.ndarray:
    return 0.4 + np.exp(-RNG.uniform(15, 40) * TIME) + RNG.uniform(0.1, 1) * TIME + 0.003 * RNG.normal(size=30)


@pytest.mark.parametrize(("name", "sign"), [("acc", 1), ("wer", -1), ("rougel", 1), ("cer", -1), ("em", 1)])
def test_a_metric_that_goes_on_improving_is_told(name: str, sign: int) -> None:
    for _ in range(30):
        scale, sigma = RNG.choice([1, 100]), RNG.choice([0.0005, 0.004])
        better = 0.5 + 0.2 * sign * (1 - np.exp(-RNG.uniform(2, 6) * TIME)) + sigma * RNG.normal(size=30)
        found = disagreement(risen(), **{f"val_{name}": scale * better})
        assert found is not None
        assert found.name == "metric_disagrees"
        best = (sign * better).max()
        assert best - sign * better[int(found.step)] <= noise(better)
        assert name in found.text


@pytest.mark.parametrize(("name", "sign"), [("acc", 1), ("wer", -1)])
def test_a_metric_that_gets_worse_with_the_loss_is_not(name: str, sign: int) -> None:
    for _ in range(30):
        loss = risen()
        worse = 0.5 - 0.1 * sign * loss + 0.001 * RNG.normal(size=30)
        assert disagreement(loss, **{f"val_{name}": worse}) is None


def test_of_like_values_the_one_with_the_lowest_loss_is_kept() -> None:
    loss = np.concatenate([[1.0, 0.5], 0.5 + 0.01 * np.arange(1, 19)])
    accuracy = np.concatenate([[0.5, 0.6, 0.7, 0.8999], np.tile([0.9, 0.8, 0.9001, 0.85], 4)])
    found = disagreement_of(loss, accuracy)
    assert found is not None
    assert found.step == 3


def disagreement_of(loss: np.ndarray, accuracy: np.ndarray) -> Finding | None:
    curves = Curves.of(val_loss=loss, val_acc=accuracy)
    return metric_disagreement(prepare_series(curves), curves)


def test_a_metric_on_steps_of_its_own() -> None:
    loss, better = risen(), 0.5 + 0.3 * TIME[::3]
    steps = np.arange(30)
    curves = Curves({"val_loss": Series(steps, loss), "val_f1": Series(steps[::3], better)})
    found = metric_disagreement(prepare_series(curves), curves)
    assert found is not None
    assert found.step == 27


def test_nothing_is_said_without_a_turn_or_of_unknown_or_missing_metrics() -> None:
    better = 0.5 + 0.3 * TIME
    assert disagreement(0.4 + np.exp(-4 * TIME), val_acc=better) is None
    assert disagreement(risen(), val_gen_len=better) is None
    assert disagreement(risen(), val_acc=np.full(30, np.nan)) is None
    assert disagreement(risen()) is None
    short = Curves.of(val_loss=[1, 0.5, 0.9, 1.2], val_acc=[0.1, 0.2, 0.3, 0.4])
    assert metric_disagreement(prepare_series(short), short) is None
