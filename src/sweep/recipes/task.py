"""The task: what an engine needs to know of a recipe, and the pieces that most recipes share."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch
from datasets import Dataset
from numpy.typing import NDArray
from sklearn.metrics import precision_recall_fscore_support
from sklearn.model_selection import train_test_split
from transformers import PreTrainedModel

from sweep.config.schema import Recipe, Sizes
from sweep.diagnosis import Baseline

SAMPLE = 400  # examples of the training set that are evaluated beside the validation set
Measure = Callable[[Any, Any], Mapping[str, float]]
Predict = Callable[[PreTrainedModel, Mapping[str, torch.Tensor], torch.Tensor], torch.Tensor]
Read = Callable[[Any, Any], tuple[Any, Any]]


def logits_of(model: PreTrainedModel, inputs: Mapping[str, torch.Tensor], logits: torch.Tensor) -> torch.Tensor:
    """What most tasks keep of a batch: its logits."""
    return logits


def classes_of(logits: NDArray[np.float64], labels: NDArray[np.intp]) -> tuple[Any, Any]:
    """The class named for each example, beside the right one."""
    return logits.argmax(axis=-1), labels


def certain(labels: NDArray[np.intp]) -> NDArray[np.float64]:
    """Logits that name the right class of each example."""
    return np.eye(int(labels.max()) + 1)[labels]


def nothing_more(loss: float) -> Mapping[str, float]:
    """A loss that says no more than itself."""
    return {}


@dataclass(frozen=True)
class Task:
    """Data, model and metrics of one seed.

    ``sample`` is a fixed part of ``train``, evaluated at the same moments as ``validation`` so that gaps are fair.
    ``test`` is never trained on and never seen by a diagnosis. ``predict(model, inputs, logits)`` is what is kept of
    an evaluated batch, and ``measure(predictions, labels)`` the metrics of it; where it is None nothing is kept, which
    a language model's logits ask for. ``read(predictions, labels)`` gives both as people would compare them (classes,
    texts), for metrics of the user's own; ``shown(labels)`` are the predictions that would be all right.
    ``evaluated_at_once`` examples make a batch of an evaluation: few where the examples are of many lengths, sorted by
    them, so that a batch holds little padding. ``score(loss)`` is what follows from the loss alone. ``baseline`` is
    what a constant predictor reaches. ``notes`` are lines for the user.
    """

    train: Dataset
    sample: Dataset
    validation: Dataset
    test: Dataset
    model: Callable[[], PreTrainedModel]
    collate: Callable[[list[Any]], Mapping[str, Any]]
    measure: Measure | None
    baseline: Baseline
    predict: Predict = logits_of
    read: Read = classes_of
    shown: Callable[[Any], Any] = certain
    score: Callable[[float], Mapping[str, float]] = nothing_more
    evaluated_at_once: int = 256
    notes: tuple[str, ...] = ()


class Parts(NamedTuple):
    """Row numbers of the three splits."""

    train: NDArray[np.intp]
    validation: NDArray[np.intp]
    test: NDArray[np.intp]


def split(labels: NDArray[Any], sizes: Sizes, seed: int) -> Parts:
    """Three disjoint splits of the stated sizes, each with the classes in their shares."""
    assert sizes.train is not None
    assert sizes.validation is not None
    assert sizes.test is not None
    held = sizes.validation + sizes.test
    rest, held_rows = train_test_split(np.arange(len(labels)), test_size=held, random_state=seed, stratify=labels)
    validation, test = train_test_split(held_rows, test_size=sizes.test, random_state=seed, stratify=labels[held_rows])
    train = rest
    if sizes.train < len(rest):
        train, _ = train_test_split(rest, train_size=sizes.train, random_state=seed, stratify=labels[rest])
    return Parts(train, validation, test)


def relabel(
    labels: NDArray[Any], parts: Parts, share: float, classes: int, rng: np.random.Generator
) -> NDArray[np.intp]:
    """The labels with exactly ``share`` of the training and of the validation split wrong; the test split is clean."""
    noisy = np.array(labels, dtype=np.intp)
    for rows in (parts.validation, parts.train):  # so that a larger training set leaves the validation set as it was
        wrong = rng.choice(rows, size=round(share * len(rows)), replace=False)
        noisy[wrong] = (noisy[wrong] + rng.integers(1, classes, size=len(wrong))) % classes
    return noisy


def classification(
    *,
    train: Dataset,
    validation: Dataset,
    test: Dataset,
    model: Callable[[], PreTrainedModel],
    collate: Callable[[list[Any]], Mapping[str, Any]],
    recipe: Recipe,
    sample: Dataset | None = None,
    evaluated_at_once: int = 256,
    notes: tuple[str, ...] = (),
) -> Task:
    """A task of classes: accuracy and macro F1, precision and recall; the baseline always names the shares."""
    counts = Counter(int(label) for label in validation["labels"])
    total = sum(counts.values())
    entropy = -sum(count / total * math.log(count / total) for count in counts.values())
    return Task(
        train=train,
        sample=train.select(range(min(SAMPLE, len(train)))) if sample is None else sample,
        validation=validation,
        test=test,
        model=model,
        collate=collate,
        measure=class_metrics,
        baseline=Baseline(loss=entropy, acc=max(counts.values()) / total),
        evaluated_at_once=evaluated_at_once,
        notes=notes,
    )


def class_metrics(logits: NDArray[np.float64], labels: NDArray[np.intp]) -> dict[str, float]:
    """Accuracy, and macro averages of F1, precision and recall; logits ``(examples, classes)``."""
    named = logits.argmax(axis=-1)
    precision, recall, f1, _ = precision_recall_fscore_support(labels, named, average="macro", zero_division=0.0)
    return {
        "acc": float((named == labels).mean()),
        "f1": float(f1),
        "precision": float(precision),
        "recall": float(recall),
    }
