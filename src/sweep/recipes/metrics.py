"""Metrics of the user's own, named by import path: `recipe.metrics=[my_module.my_metric]`.

A metric is a function of ``predictions`` and ``references`` (as those of `evaluate` are), or of ``y_true`` and
``y_pred`` (as scikit-learn's are), or an object whose ``compute`` is one. It returns a number, recorded under the
metric's own name, or a mapping of names to numbers. Its arguments are classes, texts or tokens, not logits.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

from sweep.errors import ConfigError
from sweep.recipes.import_paths import module_exists

if TYPE_CHECKING:
    from sweep.recipes.task import Task

KEY = "recipe.metrics"
TRIED_ON = 8  # examples, before training
Metric = Callable[[Any, Any], Mapping[str, float]]


def check(paths: Sequence[str]) -> None:
    """Raises `ConfigError` for a path whose module does not exist; imports none of the modules themselves."""
    for path in paths:
        module, _, name = path.rpartition(".")
        if not (module and name and module_exists(module)):
            raise ConfigError(KEY, f"names {path!r}, but there is no module {module or path!r}: MODULE.FUNCTION")


def extend(task: Task, paths: Sequence[str]) -> Task:
    """The task with these metrics beside its own. Each is tried once here, on predictions that are all right.

    Raises `ConfigError` for one that can't be found, or that raises.
    """
    metrics = [find(path) for path in paths]
    examples = [task.validation[row] for row in range(min(TRIED_ON, len(task.validation)))]
    labels = task.collate(examples)["labels"].numpy()
    decoded = task.decode(task.perfect_predictions(labels), labels)
    for metric in metrics:
        metric(*decoded)

    def compute_metrics(predictions: Any, labels: Any) -> Mapping[str, float]:
        values = dict(task.compute_metrics(predictions, labels)) if task.compute_metrics is not None else {}
        decoded = task.decode(predictions, labels)
        for metric in metrics:
            values |= metric(*decoded)
        return values

    return replace(task, compute_metrics=compute_metrics)


def find(path: str) -> Metric:
    """The metric at an import path, as a function of predictions and references that names its numbers.

    Raises `ConfigError` where there is none.
    """
    check([path])
    module, _, name = path.rpartition(".")
    try:
        found = getattr(import_module(module), name)
    except Exception as error:  # the user's module may raise anything
        raise ConfigError(KEY, f"names {path!r}, which can't be imported: {type(error).__name__}: {error}") from error
    compute = getattr(found, "compute", found)
    if not callable(compute):
        raise ConfigError(KEY, f"names {path!r}, which is no function and has no compute")
    predicted, true = _argument_names(compute)

    def metric(predictions: Any, references: Any) -> Mapping[str, float]:
        try:
            value = compute(**{predicted: predictions, true: references})
            named = value if isinstance(value, Mapping) else {name: value}
            return {key: float(number) for key, number in named.items()}
        except Exception as error:  # the user's function may raise anything: the message names it
            raise ConfigError(KEY, f"names {path!r}, which raised {type(error).__name__}: {error}") from error

    return metric


def _argument_names(compute: Callable[..., Any]) -> tuple[str, str]:
    """What the metric calls the predictions and the references."""
    try:
        names = set(inspect.signature(compute).parameters)
    except (TypeError, ValueError):
        names = set()
    return ("y_pred", "y_true") if {"y_pred", "y_true"} <= names else ("predictions", "references")
