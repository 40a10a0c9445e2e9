"""The language model's recipe: its text, its blocks, its perplexity."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from helpers.settings import built

from sweep.errors import ConfigError
from sweep.recipes.data import synthetic_text
from sweep.recipes.language import perplexity

SMALL = (
    "recipe=language",
    "recipe.sizes.train=24",
    "recipe.sizes.validation=8",
    "recipe.sizes.test=8",
    "recipe.model.width=16",
)


def test_a_seed_gives_its_own_text_the_same_each_time() -> None:
    first, again, other = built(*SMALL), built(*SMALL), built(*SMALL, "seed=1")
    ids = first.train["input_ids"][:]
    assert ids.shape == (24, 32)
    assert torch.equal(ids, again.train["input_ids"][:])
    assert not torch.equal(ids, other.train["input_ids"][:])
    assert not torch.equal(first.validation["input_ids"][:], ids[:8])


def test_the_words_of_the_grammar_keep_its_rules() -> None:
    text = synthetic_text.write(500, np.random.default_rng(0))
    assert len(text) == 500
    for word in text.replace(".", " ").split()[:-1]:
        vowels = {letter for letter in word if letter in synthetic_text.FRONT + synthetic_text.BACK}
        assert vowels <= set(synthetic_text.FRONT) or vowels <= set(synthetic_text.BACK)
        assert word[0] in synthetic_text.HARD


def test_the_model_begins_undecided_and_no_logits_are_kept() -> None:
    task = built(*SMALL)
    torch.manual_seed(0)
    model = task.model()
    batch = task.collate([task.train[i] for i in range(8)])
    with torch.no_grad():
        loss = float(model(**batch).loss)
    assert abs(loss - math.log(model.config.vocab_size)) < 0.1
    assert task.compute_metrics is None
    assert task.baseline.loss < loss


@pytest.mark.parametrize(("loss", "right"), [(0.0, 1.0), (2.0, math.exp(2)), (1e4, math.inf), (math.inf, math.inf)])
def test_perplexity_is_the_exponential_of_the_loss(loss: float, right: float) -> None:
    assert perplexity(loss) == {"perplexity": right}
    assert math.isnan(perplexity(math.nan)["perplexity"])


def test_a_file_of_yours_is_cut_into_blocks_and_its_end_is_held_out(tmp_path: Path) -> None:
    book = tmp_path / "book.txt"
    book.write_text("abcdefgh" * 200, encoding="utf-8")
    mine = ("recipe=language", f"recipe.data.train={book}", "recipe.data.length=16")
    task = built(*mine, "recipe.data.max_examples=40")
    assert (len(task.train), len(task.validation), len(task.test)) == (40, 10, 10)
    other = tmp_path / "other.txt"
    other.write_text("abcz" * 40, encoding="utf-8")
    task = built(*mine, f"recipe.data.validation={other}")
    assert len(task.validation) == 10
    assert 8 in task.validation["input_ids"][0]  # z, which the training text does not have, is the one unknown token


def test_files_that_can_not_be_used_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"recipe\.data\.train is 'nowhere\.txt', which is not a file"):
        built("recipe=language", "recipe.data.train=nowhere.txt")
    for content, said in ((b"  \n", "holds no text"), (b"caf\xe9 " * 9, "not UTF-8 text"), (b"short", "too few")):
        (tmp_path / "t.txt").write_bytes(content)
        with pytest.raises(ConfigError, match=said):
            built("recipe=language", f"recipe.data.train={tmp_path}/t.txt")
