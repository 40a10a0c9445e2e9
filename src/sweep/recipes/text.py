"""Classes of text: any encoder that transformers has a head for sequences for, fine-tuned on text that people bring."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from datasets import Dataset
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from sweep.config.schema import Recipe
from sweep.errors import ConfigError
from sweep.recipes import pretrained
from sweep.recipes.data import labelled_text, text_sources, token_cache
from sweep.recipes.data.splits import complete_splits
from sweep.recipes.pretrained_check import KEY
from sweep.recipes.task import Task, classification

SAMPLE = 200  # examples of the training set that are evaluated beside the validation set: a large model takes its time
EVAL_BATCH_SIZE = 32
POSITIONS_FROM_TWO = ("roberta", "xlm-roberta", "camembert", "mpnet", "longformer")
HEAD = "the classes of a sequence (sequence classification)"


def build(recipe: Recipe, seed: int) -> Task:
    """The task of one seed; splits that are not given are held out of the training rows.

    Raises `ConfigError` for data or a checkpoint that can't be used.
    """
    data = recipe.data
    folder = pretrained.local_folder(recipe.model["checkpoint"])
    tokenizer = load_tokenizer(folder, recipe.model["checkpoint"])
    length = _length(int(data["max_length"]), tokenizer, pretrained.load_config(folder, None))
    tokens = token_cache.tokenized(text_sources.fingerprint(data), tokenizer, length, lambda: labelled_text.read(data))
    config = pretrained.class_config(folder, recipe.model["dropout"], tokens.names)
    if config.pad_token_id is None:
        config.pad_token_id = tokenizer.pad_token_id
    model, notes = pretrained.model_factory(AutoModelForSequenceClassification, folder, config, HEAD)
    labels = {name: token_cache.labels(split) for name, split in tokens.splits.items()}
    selections = complete_splits(labels, data["max_examples"], seed)

    def split(name: str) -> Dataset:
        source, rows = selections[name]
        return tokens.splits[source].select(rows)

    train = split("train")
    return classification(
        train=train,
        sample=_by_length(train.select(range(min(SAMPLE, len(train))))),
        validation=_by_length(split("validation")),
        test=_by_length(split("test")),
        model=model,
        collate=_collator(tokenizer),
        eval_batch_size=EVAL_BATCH_SIZE,
        notes=notes,
    )


def load_tokenizer(folder: Path, name: str) -> Any:
    """The tokenizer of a checkpoint; one without a padding token pads with its end token. Raises `ConfigError`."""
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
    except Exception as error:  # a tokenizer's files fail in as many ways as there are kinds of tokenizers
        raise ConfigError(
            KEY, f"is {name!r}, which has no tokenizer that can be read: {type(error).__name__}"
        ) from error
    if len(tokenizer) <= len(tokenizer.all_special_tokens):  # what is made of a config.json alone
        raise ConfigError(KEY, f"is {name!r}, which has no vocabulary: copy its tokenizer's files into it")
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    if tokenizer.pad_token_id is None:
        raise ConfigError(KEY, f"is {name!r}, whose tokenizer has neither a padding nor an end token")
    return tokenizer


def collate(examples: list[Mapping[str, Any]], padding: int, left: bool = False) -> dict[str, torch.Tensor]:
    """A batch padded to its longest example: inputs and mask ``(examples, longest)``, labels ``(examples,)``.

    Args:
        examples: token columns of one length an example, and ``labels``.
        padding: the token to pad with; other columns are padded with 0.
        left: pad on the left, as decoders want it.
    """
    sizes = np.array([len(example["input_ids"]) for example in examples])
    places = np.arange(sizes.max())[None]
    taken = places >= sizes.max() - sizes[:, None] if left else places < sizes[:, None]
    batch: dict[str, torch.Tensor] = {}
    for name in examples[0].keys() - {"labels"}:
        padded = np.full(taken.shape, padding if name == "input_ids" else 0, dtype=np.int64)
        padded[taken] = np.concatenate([example[name] for example in examples])
        batch[name] = torch.from_numpy(padded)
    batch["attention_mask"] = torch.from_numpy(taken.astype(np.int64))
    batch["labels"] = torch.tensor([int(example["labels"]) for example in examples])
    return batch


def _collator(tokenizer: Any) -> Callable[[list[Mapping[str, Any]]], dict[str, torch.Tensor]]:
    padding, left = tokenizer.pad_token_id, tokenizer.padding_side == "left"
    return lambda examples: collate(examples, padding, left)


def _by_length(split: Dataset) -> Dataset:
    """Short examples first: an evaluation's batches then hold little padding, and its result is the same."""
    sizes = [len(row) for row in split.with_format("numpy")["input_ids"][:]]
    return split.select(np.argsort(sizes, kind="stable"))


def _length(asked: int, tokenizer: Any, config: Any) -> int:
    """Tokens of an example: at most those asked for, and those that model and tokenizer can take."""
    positions = getattr(config, "max_position_embeddings", None) or asked
    if config.model_type in POSITIONS_FROM_TWO:
        positions -= 2
    longest: int = max(8, min(asked, positions, tokenizer.model_max_length))
    return longest
