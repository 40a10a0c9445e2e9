"""The translation recipe: dates, scores of text that is really written, two columns of yours."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from helpers.settings import built

from sweep.errors import ConfigError
from sweep.recipes.data import synthetic_dates
from sweep.recipes.translation import scores

SMALL = (
    "recipe=translation",
    "recipe.sizes.train=40",
    "recipe.sizes.validation=20",
    "recipe.sizes.test=20",
    "recipe.model.width=16",
)


def test_a_date_is_written_in_words_of_two_forms() -> None:
    assert synthetic_dates._written(date(1987, 3, 3), american=False) == "the third of march nineteen eighty seven"
    assert synthetic_dates._written(date(1912, 12, 21), american=True) == "december twenty first nineteen twelve"
    rows = synthetic_dates.pairs(200, np.random.default_rng(0))
    assert len({target for _, target in rows}) == 200


@pytest.mark.parametrize("kind", ["t5", "bart"])
def test_the_model_writes_token_by_token_and_is_scored_by_what_it_wrote(kind: str) -> None:
    task = built(*SMALL, f"recipe.model.architecture={kind}")
    torch.manual_seed(0)
    model = task.model().eval()
    batch = task.collate([task.validation[i] for i in range(4)])
    with torch.no_grad():
        outputs = model(**batch)
        written = task.predict_batch(model, batch, outputs.logits)
    assert written.shape[0] == 4
    assert torch.isfinite(outputs.loss)
    labels = batch["labels"].numpy()
    assert set(task.compute_metrics(written.numpy(), labels)) == {"bleu", "rouge"}
    right = task.compute_metrics(labels, labels)
    assert right["bleu"] == pytest.approx(100)
    assert right["rouge"] == pytest.approx(1)


def test_the_noise_is_in_training_and_validation_and_never_in_the_test_split() -> None:
    task = built(*SMALL, "recipe.data.label_noise=0.5")
    clean = built(*SMALL, "recipe.data.label_noise=0.0")
    for part, wrong in (("train", 20), ("validation", 10), ("test", 0)):
        noisy, right = (getattr(each, part)["labels"][:] for each in (task, clean))
        assert sum(a != b for a, b in zip(noisy, right, strict=True)) == wrong


def test_scores_are_those_of_the_text() -> None:
    assert scores(["1987-03-03"], ["1987-03-03"]) == {"bleu": pytest.approx(100), "rouge": 1.0}
    assert scores(["1987-04-03"], ["1987-03-03"])["rouge"] == pytest.approx(2 / 3)


def test_two_columns_of_yours(tmp_path: Path) -> None:
    table = pd.DataFrame(
        {"english": [f"the number {i}." for i in range(60)], "french": [f"le {i}." for i in range(60)]}
    )
    table.to_csv(tmp_path / "pairs.csv", index=False)
    mine = (
        "recipe=translation",
        f"recipe.data.train={tmp_path}/pairs.csv",
        "recipe.data.source=english",
        "recipe.data.target=french",
    )
    task = built(*mine)
    assert (len(task.train), len(task.validation), len(task.test)) == (42, 9, 9)
    labels = task.collate([task.test[0]])["labels"].numpy()
    assert task.decode(labels, labels)[0][0] in set(table.french)
    with pytest.raises(ConfigError, match="has no column german; it has: english, french"):
        built(*mine[:-1], "recipe.data.target=german")
