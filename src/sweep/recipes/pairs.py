"""Sentence pairs: paraphrase or not, in the shape of MRPC, made on the spot from a seeded grammar; a small BERT.

A story has a company, a movement, an amount and a day. The second sentence of a pair tells it again in other words and
another order; where it is no paraphrase it denies the story, or tells of another amount.
A stated share of the labels is wrong, as it is in data that people have labelled.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from datasets import Dataset
from tokenizers import Tokenizer, models, pre_tokenizers
from tokenizers.processors import BertProcessing
from transformers import BertConfig, BertForSequenceClassification, default_data_collator

from sweep.config.schema import Recipe
from sweep.recipes.data.in_memory import resident
from sweep.recipes.task import Parts, Task, classification, relabel

COMPANIES = ["acme", "borealis", "cantor", "delphi", "everest", "fenwick", "gotham", "halcyon"]
RISES = ["rose", "climbed", "gained", "advanced", "jumped"]
FALLS = ["fell", "dropped", "lost", "declined", "tumbled"]
AMOUNTS = ["two", "three", "five", "seven", "nine", "eleven"]
DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday"]
DENIALS = ("reports denied", "untrue that", "nobody believes")
DENIED = 0.8  # of the pairs that are no paraphrase; the others tell of another amount, which is harder to see
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
    rng = np.random.default_rng(seed)
    validation, test, train = (size or 0 for size in (recipe.sizes.validation, recipe.sizes.test, recipe.sizes.train))
    held, total = validation + test, validation + test + train
    truth = np.arange(total) % 2
    pairs = [_pair(bool(label), rng) for label in truth]
    tokenizer = _tokenizer()
    encoded = [tokenizer.encode(first, second) for first, second in pairs]
    parts = Parts(np.arange(held, total), np.arange(validation), np.arange(validation, held))
    labels = relabel(truth, parts, recipe.data["label_noise"], 2, np.random.default_rng([seed, 1]))
    columns = {
        "input_ids": np.array([item.ids for item in encoded]),
        "token_type_ids": np.array([item.type_ids for item in encoded]),
        "attention_mask": np.array([item.attention_mask for item in encoded]),
        "labels": labels,
    }
    shape = recipe.model

    def model() -> BertForSequenceClassification:
        return BertForSequenceClassification(
            BertConfig(
                vocab_size=tokenizer.get_vocab_size(),
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
        )

    def rows(which: np.ndarray) -> Dataset:
        return Dataset.from_dict({name: column[which] for name, column in columns.items()}).with_format("torch")

    task = classification(
        train=rows(parts.train),
        validation=rows(parts.validation),
        test=rows(parts.test),
        model=model,
        collate=default_data_collator,
        recipe=recipe,
    )
    return resident(task)


def _pair(paraphrase: bool, rng: np.random.Generator) -> tuple[str, str]:
    story = Story(_one(COMPANIES, rng), bool(rng.integers(2)), _one(AMOUNTS, rng), _one(DAYS, rng))
    other = story
    if not paraphrase:
        other = (
            story._replace(denied=True) if rng.random() < DENIED else story._replace(amount=_other(story.amount, rng))
        )
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
