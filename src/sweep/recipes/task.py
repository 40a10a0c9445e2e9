"""The task: data, model and metrics of one seed, as an engine needs them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from datasets import Dataset
from numpy.typing import NDArray
from sklearn.metrics import precision_recall_fscore_support
from transformers import PreTrainedModel

from sweep.diagnosis import Baseline

SAMPLE = 400  # examples of the training set that are evaluated beside the validation set
Metrics = Mapping[str, float]
PredictBatch = Callable[[PreTrainedModel, Mapping[str, torch.Tensor], torch.Tensor], torch.Tensor]
ComputeMetrics = Callable[[Any, Any], Metrics]
Decode = Callable[[Any, Any], tuple[Any, Any]]


def logits_of(model: PreTrainedModel, inputs: Mapping[str, torch.Tensor], logits: torch.Tensor) -> torch.Tensor:
    """The predictions of most tasks: the logits themselves."""
    return logits


def decode_classes(logits: NDArray[np.float64], labels: NDArray[np.intp]) -> tuple[Any, Any]:
    """The predicted class of each example, shape ``(examples,)``, and the right one."""
    return logits.argmax(axis=-1), labels


def one_hot(labels: NDArray[np.intp]) -> NDArray[np.float64]:
    """Logits whose largest one is that of the label, shape ``(examples, classes)``."""
    return np.eye(int(labels.max()) + 1)[labels]


def no_loss_metrics(loss: float) -> Metrics:
    """No metrics: the loss of most tasks says no more than itself."""
    return {}


@dataclass(frozen=True)
class Task:
    """Data, model and metrics of one seed.

    Args:
        train: training examples, with no other columns than the inputs of the model.
        sample: a fixed part of ``train``, evaluated whenever ``validation`` is, so that the gap between them is fair.
        validation: what a diagnosis sees beside ``sample``.
        test: never trained on, never seen by a diagnosis.
        model: makes the model, with its initial weights.
        collate: makes a batch of examples.
        compute_metrics: metrics of the predictions and labels of a whole split, as arrays. None keeps no predictions:
            those of a language model don't fit in memory.
        baseline: loss and accuracy of the best constant predictor.
        predict_batch: the predictions of one evaluated batch, of model, inputs and logits.
        decode: predictions and labels as people would compare them (classes, texts), for the user's own metrics.
        perfect_predictions: predictions that are right for these labels.
        loss_metrics: metrics that follow from the loss alone, such as perplexity.
        eval_batch_size: examples in a batch of an evaluation. Small where examples differ in length, sorted by it:
            a batch then holds little padding.
        notes: lines for the user.
    """

    train: Dataset
    sample: Dataset
    validation: Dataset
    test: Dataset
    model: Callable[[], PreTrainedModel]
    collate: Callable[[list[Any]], Mapping[str, Any]]
    compute_metrics: ComputeMetrics | None
    baseline: Baseline
    predict_batch: PredictBatch = logits_of
    decode: Decode = decode_classes
    perfect_predictions: Callable[[Any], Any] = one_hot
    loss_metrics: Callable[[float], Metrics] = no_loss_metrics
    eval_batch_size: int = 256
    notes: tuple[str, ...] = ()


def classification(
    *,
    train: Dataset,
    validation: Dataset,
    test: Dataset,
    model: Callable[[], PreTrainedModel],
    collate: Callable[[list[Any]], Mapping[str, Any]],
    sample: Dataset | None = None,
    eval_batch_size: int = 256,
    notes: tuple[str, ...] = (),
) -> Task:
    """A task of classes, one a ``labels`` column: accuracy, and macro F1, precision and recall.

    ``sample`` is the first 400 training examples where it is None; the other arguments are those of `Task`.
    """
    return Task(
        train=train,
        sample=train.select(range(min(SAMPLE, len(train)))) if sample is None else sample,
        validation=validation,
        test=test,
        model=model,
        collate=collate,
        compute_metrics=class_metrics,
        baseline=class_baseline(validation["labels"]),
        eval_batch_size=eval_batch_size,
        notes=notes,
    )


def class_baseline(labels: Any) -> Baseline:
    """The entropy of the labels, in nats, and the share of the most frequent one: what the best constant reaches."""
    counts = Counter(int(label) for label in labels)
    total = sum(counts.values())
    entropy = -sum(count / total * math.log(count / total) for count in counts.values())
    return Baseline(loss=entropy, acc=max(counts.values()) / total)


def class_metrics(logits: NDArray[np.float64], labels: NDArray[np.intp]) -> dict[str, float]:
    """Accuracy, and macro averages of F1, precision and recall, all 0 to 1; logits ``(examples, classes)``."""
    predicted = logits.argmax(axis=-1)
    precision, recall, f1, _ = precision_recall_fscore_support(labels, predicted, average="macro", zero_division=0.0)
    return {
        "acc": float((predicted == labels).mean()),
        "f1": float(f1),
        "precision": float(precision),
        "recall": float(recall),
    }
