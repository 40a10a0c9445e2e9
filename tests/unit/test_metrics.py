"""Metrics of the user's own, by import path."""

from __future__ import annotations

import numpy as np
import pytest
from helpers.settings import built

from sweep.errors import ConfigError
from sweep.recipes import metrics

SMALL = ("recipe.sizes.train=64", "recipe.sizes.validation=32", "recipe.sizes.test=32")


def test_a_function_an_object_and_scikit_learn_are_recorded_beside_our_own() -> None:
    paths = ("my_package.metrics.exact", "my_package.metrics.Counted", "sklearn.metrics.balanced_accuracy_score")
    named = f"recipe.metrics=[{','.join(paths)}]"
    task = built("recipe=digits", *SMALL, named)
    logits, labels = np.eye(10)[[1, 2, 3, 3]], np.array([1, 2, 3, 4])
    said = task.compute_metrics(logits, labels)
    assert said["exact"] == 0.75
    assert said["rows"] == 4
    assert said["kinds"] == 4
    assert said["balanced_accuracy_score"] == pytest.approx(0.75)
    assert "f1" in said


@pytest.mark.parametrize("recipe", ["language", "translation"])
def test_other_tasks_show_their_metrics_tokens_or_texts(recipe: str) -> None:
    task = built(f"recipe={recipe}", *SMALL, "recipe.metrics=[my_package.metrics.exact]")
    rows = task.collate([task.validation[i] for i in range(4)])
    labels = rows["labels"].numpy()
    assert task.compute_metrics(task.perfect_predictions(labels), labels)["exact"] == 1.0
    if recipe == "translation":
        assert all(isinstance(text, str) for text in task.decode(labels, labels)[0])


def test_a_metric_that_raises_is_found_before_training() -> None:
    with pytest.raises(ConfigError, match=r"my_package\.metrics\.broken.*ZeroDivisionError: no such share"):
        built("recipe=digits", *SMALL, "recipe.metrics=[my_package.metrics.broken]")


@pytest.mark.parametrize("path", ["nowhere.metric", "my_package.metrics.absent", "metric", "my_package.metrics."])
def test_a_path_that_leads_nowhere_is_named(path: str) -> None:
    with pytest.raises(ConfigError, match=path.replace(".", r"\.")):
        metrics.find(path)


def test_a_name_that_is_no_function_is_refused() -> None:
    with pytest.raises(ConfigError, match="no function"):
        metrics.find("my_package.metrics.__doc__")
