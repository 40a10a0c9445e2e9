"""Metrics of the user's own, named by import path: `recipe.metrics=[my_module.my_metric]`.

A metric is a function of ``predictions`` and ``references`` (as those of `evaluate` are), or of ``y_true`` and
``y_pred`` (as scikit-learn's are), or an object whose ``compute`` is one. It returns a number, recorded under the
metric's own name, or a mapping of names to numbers. It sees classes, texts or tokens, not logits.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from sweep.errors import ConfigError

if TYPE_CHECKING:
    from sweep.recipes.task import Task

KEY = "recipe.metrics"
Metric = Callable[[Any, Any], Mapping[str, float]]


def check(paths: Sequence[str]) -> None:
    """Refuse a path whose module is not there; imports none of the modules themselves."""
    for path in paths:
        module, _, name = path.rpartition(".")
        try:
            known = bool(module and name) and find_spec(module) is not None
        except (ImportError, ValueError):
            known = False
        if not known:
            raise ConfigError(KEY, f"names {path!r}, but there is no module {module or path!r}: MODULE.FUNCTION")


def extend(task: Task, paths: Sequence[str]) -> Task:
    """The task with these metrics beside its own. Each is tried once here, on labels that are all right.

    Raises `ConfigError` for one that can't be found, or that raises.
    """
    metrics = [find(path) for path in paths]
    rows = [task.validation[i] for i in range(min(8, len(task.validation)))]
    labels = task.collate(rows)["labels"].numpy()
    right = task.read(task.shown(labels), labels)
    for metric in metrics:
        metric(*right)

    def measure(predictions: Any, labels: Any) -> Mapping[str, float]:
        own = dict(task.measure(predictions, labels)) if task.measure is not None else {}
        seen = task.read(predictions, labels)
        for metric in metrics:
            own |= metric(*seen)
        return own

    return replace(task, measure=measure)


def find(path: str) -> Metric:
    """The metric at an import path, as a function of predictions and references that names its numbers."""
    check([path])
    module, _, name = path.rpartition(".")
    try:
        found = getattr(import_module(module), name)
    except Exception as error:  # the user's module may raise anything
        raise ConfigError(KEY, f"names {path!r}, which can't be imported: {type(error).__name__}: {error}") from error
    compute = getattr(found, "compute", found)
    if not callable(compute):
        raise ConfigError(KEY, f"names {path!r}, which is no function and has no compute")
    order = _order(compute)

    def metric(predictions: Any, references: Any) -> Mapping[str, float]:
        try:
            said = compute(**dict(zip(order, (predictions, references), strict=True)))
            named = said if isinstance(said, Mapping) else {name: said}
            return {key: float(value) for key, value in named.items()}
        except Exception as error:  # whatever the user's metric dies of, the message names the metric
            raise ConfigError(KEY, f"names {path!r}, which raised {type(error).__name__}: {error}") from error

    return metric


def _order(compute: Callable[..., Any]) -> tuple[str, str]:
    """What the metric calls the predictions and the references."""
    try:
        names = set(inspect.signature(compute).parameters)
    except (TypeError, ValueError):
        names = set()
    return ("y_pred", "y_true") if {"y_pred", "y_true"} <= names else ("predictions", "references")
