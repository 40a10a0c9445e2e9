"""Classes of text: any checkpoint with a head for sequences, fine-tuned on one or two columns of your data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from datasets import Dataset
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from sweep.config.schema import Recipe
from sweep.errors import ConfigError
from sweep.recipes import pretrained
from sweep.recipes.data import labelled_text, splits
from sweep.recipes.data.token_cache import labels, tokenized
from sweep.recipes.task import Task, classification

SAMPLE = 200  # examples of the training set that are evaluated beside the validation set: a large model takes its time
POSITIONS_FROM_TWO = ("roberta", "xlm-roberta", "camembert", "mpnet", "longformer")


def build(recipe: Recipe, seed: int) -> Task:
    """The task of one seed: what is not given as a file is split off, by the seed and with the classes in shares."""
    data, shape = recipe.data, recipe.model
    folder = pretrained.local(shape["checkpoint"])
    tokenizer = _tokenizer(folder, shape["checkpoint"])
    config = pretrained.shaped(folder, shape["dropout"])
    length = _length(int(data["max_length"]), tokenizer, config)
    rows = tokenized(labelled_text.fingerprint(data), tokenizer, length, lambda: labelled_text.read(data))
    parts = splits.part({name: labels(part) for name, part in rows.parts.items()}, seed, data["max_examples"])
    if config.pad_token_id is None:
        config.pad_token_id = tokenizer.pad_token_id
    config.num_labels = len(rows.names)
    config.id2label = dict(enumerate(rows.names))
    config.label2id = {name: i for i, name in enumerate(rows.names)}
    config.problem_type = "single_label_classification"
    model, notes = pretrained.maker(
        AutoModelForSequenceClassification, folder, config, "the classes of a sequence (sequence classification)"
    )

    def select(name: str, by_length: bool) -> Dataset:
        source, chosen = parts[name]
        part = rows.parts[source].select(chosen)
        return _by_length(part) if by_length else part

    train = select("train", by_length=False)
    return classification(
        train=train,
        sample=_by_length(train.select(range(min(SAMPLE, len(train))))),
        validation=select("validation", by_length=True),
        test=select("test", by_length=True),
        model=model,
        collate=lambda examples: collate(examples, tokenizer.pad_token_id, tokenizer.padding_side == "left"),
        recipe=recipe,
        evaluated_at_once=32,
        notes=notes,
    )


def collate(examples: list[Mapping[str, Any]], padding: int, left: bool = False) -> dict[str, torch.Tensor]:
    """A batch, filled up to its longest example; the padding is masked."""
    sizes = [len(example["input_ids"]) for example in examples]
    longest = max(sizes)
    batch: dict[str, torch.Tensor] = {}
    for name in examples[0]:
        if name == "labels":
            continue
        filled = np.full((len(examples), longest), padding if name == "input_ids" else 0, dtype=np.int64)
        for row, example, size in zip(filled, examples, sizes, strict=True):
            row[longest - size if left else 0 : longest if left else size] = example[name]
        batch[name] = torch.from_numpy(filled)
    places = np.arange(longest)[None]
    counts = np.array(sizes)[:, None]
    mask = places >= longest - counts if left else places < counts
    batch["attention_mask"] = torch.from_numpy(mask.astype(np.int64))
    batch["labels"] = torch.tensor([int(example["labels"]) for example in examples])
    return batch


def _by_length(part: Dataset) -> Dataset:
    """Short ones first: an evaluation's batches then hold little padding, and its result is the same."""
    sizes = [len(row) for row in part.with_format("numpy")["input_ids"][:]]
    return part.select(np.argsort(sizes, kind="stable"))


def _tokenizer(folder: Any, name: str) -> Any:
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
    except Exception as error:  # a tokenizer's files fail in as many ways as there are kinds of tokenizers
        raise ConfigError(
            pretrained.KEY, f"is {name!r}, which has no tokenizer that can be read: {type(error).__name__}"
        ) from error
    if len(tokenizer) <= len(tokenizer.all_special_tokens):  # what is made of a config.json alone
        raise ConfigError(pretrained.KEY, f"is {name!r}, which has no vocabulary: copy its tokenizer's files into it")
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    if tokenizer.pad_token_id is None:
        raise ConfigError(pretrained.KEY, f"is {name!r}, whose tokenizer has neither a padding nor an end token")
    return tokenizer


def _length(asked: int, tokenizer: Any, config: Any) -> int:
    positions = getattr(config, "max_position_embeddings", None) or asked
    if config.model_type in POSITIONS_FROM_TWO:
        positions -= 2
    shortest: int = max(8, min(asked, positions, tokenizer.model_max_length))
    return shortest
