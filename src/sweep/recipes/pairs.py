"""Sentence pairs: paraphrase or not, in the shape of MRPC, made on the spot from a seeded grammar; a small BERT.

A story has a company, a movement, an amount and a day. The second sentence of a pair repeats it in other words and
another order; where it is no paraphrase, it denies the story or states another amount. A stated share of the labels is
wrong, as in data that people have labelled.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from datasets import Dataset
from tokenizers import Tokenizer, models, pre_tokenizers
from tokenizers.processors import BertProcessing
from transformers import BertConfig, BertForSequenceClassification, default_data_collator

from sweep.config.schema import Recipe
from sweep.recipes.data.in_memory import in_memory
from sweep.recipes.data.label_noise import mislabelled
from sweep.recipes.data.splits import Rows, SplitRows, stated_sizes
from sweep.recipes.task import Task, classification

COMPANIES = ["acme", "borealis", "cantor", "delphi", "everest", "fenwick", "gotham", "halcyon"]
RISES = ["rose", "climbed", "gained", "advanced", "jumped"]
FALLS = ["fell", "dropped", "lost", "declined", "tumbled"]
AMOUNTS = ["two", "three", "five", "seven", "nine", "eleven"]
DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday"]
DENIALS = ("reports denied", "untrue that", "nobody believes")
DENIED = 0.8  # share of the pairs that are no paraphrase; the others state another amount, which is harder to see
LENGTH = 18  # tokens of a padded pair; the longest that the grammar makes is shorter


class Story(NamedTuple):
    """What a sentence says, apart from its words."""

    company: str
    rises: bool
    amount: str
    day: str
    denied: bool = False


def build(recipe: Recipe, seed: int) -> Task:
    """The task of one seed: pairs drawn by the grammar, and a BERT of the recipe's shape.

    Validation and test are drawn first: more training pairs are further pairs, and leave those two as they were.
    """
    sizes = stated_sizes(recipe.sizes)
    held_out = sizes.validation + sizes.test
    rows = SplitRows(
        train=np.arange(held_out, held_out + sizes.train),
        validation=np.arange(sizes.validation),
        test=np.arange(sizes.validation, held_out),
    )
    rng = np.random.default_rng(seed)
    truth = np.arange(held_out + sizes.train) % 2
    pairs = [_pair(bool(label), rng) for label in truth]
    labels = mislabelled(truth, rows, recipe.data["label_noise"], 2, np.random.default_rng([seed, 1]))
    tokenizer = _tokenizer()
    columns = {**_encoded(pairs, tokenizer), "labels": labels}
    config = _config(recipe.model, tokenizer.get_vocab_size())

    def split(which: Rows) -> Dataset:
        return Dataset.from_dict({name: column[which] for name, column in columns.items()}).with_format("torch")

    task = classification(
        train=split(rows.train),
        validation=split(rows.validation),
        test=split(rows.test),
        model=lambda: BertForSequenceClassification(config),
        collate=default_data_collator,
    )
    return in_memory(task)


def _config(shape: Mapping[str, Any], vocabulary: int) -> BertConfig:
    return BertConfig(
        vocab_size=vocabulary,
        hidden_size=shape["width"],
        intermediate_size=2 * shape["width"],
        num_hidden_layers=shape["layers"],
        num_attention_heads=shape["heads"],
        hidden_dropout_prob=shape["dropout"],
        attention_probs_dropout_prob=shape["dropout"],
        max_position_embeddings=LENGTH,
        num_labels=2,
        initializer_range=shape["init"],
    )


def _encoded(pairs: list[tuple[str, str]], tokenizer: Tokenizer) -> dict[str, np.ndarray]:
    """The inputs of the model, each of shape ``(pairs, LENGTH)``."""
    encoded = [tokenizer.encode(first, second) for first, second in pairs]
    return {
        "input_ids": np.array([each.ids for each in encoded]),
        "token_type_ids": np.array([each.type_ids for each in encoded]),
        "attention_mask": np.array([each.attention_mask for each in encoded]),
    }


def _pair(paraphrase: bool, rng: np.random.Generator) -> tuple[str, str]:
    story = Story(_one(COMPANIES, rng), bool(rng.integers(2)), _one(AMOUNTS, rng), _one(DAYS, rng))
    if paraphrase:
        return _tell(story, rng), _tell(story, rng)
    if rng.random() < DENIED:
        return _tell(story, rng), _tell(story._replace(denied=True), rng)
    other = story._replace(amount=_other(story.amount, rng))
    return _tell(story, rng), _tell(other, rng)


def _tell(story: Story, rng: np.random.Generator) -> str:
    verb = _one(RISES if story.rises else FALLS, rng)
    subject = _one((f"{story.company} shares", f"{story.company} stock", f"the {story.company}"), rng)
    what = f"{subject} {verb} {story.amount} percent"
    text = f"{story.day} {what}" if rng.random() < 0.5 else f"{what} {story.day}"
    return f"{_one(DENIALS, rng)} {text}" if story.denied else text


def _other(amount: str, rng: np.random.Generator) -> str:
    return _one([other for other in AMOUNTS if other != amount], rng)


def _one(words: tuple[str, ...] | list[str], rng: np.random.Generator) -> str:
    return words[int(rng.integers(len(words)))]


def _tokenizer() -> Tokenizer:
    phrases = ["shares", "stock", "the", "percent", *DENIALS]
    words = {word for phrase in phrases for word in phrase.split()}
    words.update(COMPANIES, RISES, FALLS, AMOUNTS, DAYS)
    names = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *sorted(words)]
    tokenizer = Tokenizer(models.WordLevel({name: i for i, name in enumerate(names)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.post_processor = BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    tokenizer.enable_padding(length=LENGTH)
    tokenizer.enable_truncation(LENGTH)
    return tokenizer
