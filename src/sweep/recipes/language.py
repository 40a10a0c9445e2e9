"""Causal language modelling: a small GPT-2 from scratch on a text file, or on prose made on the spot; perplexity.

The text is cut into blocks of equal length. Tokens are characters, or those of a tokenizer that the recipe names.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from datasets import Dataset
from numpy.typing import NDArray
from transformers import AutoTokenizer, GPT2Config, GPT2LMHeadModel, PreTrainedModel, default_data_collator

from sweep.config.schema import Recipe
from sweep.diagnosis import Baseline
from sweep.errors import ConfigError
from sweep.recipes.data import synthetic_text
from sweep.recipes.task import Task

HELD_OUT = 0.1  # share of a text that is split off for validation, and for test, where no files are given
MOST_HELD_OUT = 1000  # blocks of each
UNKNOWN = "\ufffd"  # stands for every character that the training text does not have
SAMPLE = 128  # blocks of the training set that are evaluated beside the validation set


class Tokens(NamedTuple):
    """The three splits as token numbers, and how many different tokens there are."""

    train: NDArray[np.int64]
    validation: NDArray[np.int64]
    test: NDArray[np.int64]
    vocabulary: int


def build(recipe: Recipe, seed: int) -> Task:
    """The task of one seed; the grammar's text is a new one for every seed."""
    data, shape = recipe.data, recipe.model
    length = int(data["length"])
    made = data["train"] is None
    tokens = _encode(_made(recipe, seed) if made else _files(data, length), data["tokenizer"])
    train, validation, test = (
        _blocks(ids, length, part) for ids, part in zip(tokens[:3], ("train", "validation", "test"), strict=True)
    )
    most = data["max_examples"]
    if most is not None:
        chosen = np.random.default_rng(seed).permutation(len(train))[:most]
        train, validation, test = train[chosen], validation[:most], test[:most]

    def model() -> GPT2LMHeadModel:
        made = GPT2LMHeadModel(
            GPT2Config(
                vocab_size=tokens.vocabulary,
                n_positions=length,
                n_embd=shape["width"],
                n_layer=shape["layers"],
                n_head=shape["heads"],
                resid_pdrop=shape["dropout"],
                embd_pdrop=shape["dropout"],
                attn_pdrop=shape["dropout"],
                initializer_range=shape["init"],
                bos_token_id=None,
                eos_token_id=None,
                use_cache=False,
                loss_type="ForCausalLM",
            )
        )
        # The embedding is also the head: a small gain before it makes the model begin undecided.
        torch.nn.init.constant_(made.transformer.ln_f.weight, shape["gain"])
        return made

    return Task(
        train=_dataset(train),
        sample=_dataset(train[:SAMPLE]),
        validation=_dataset(validation),
        test=_dataset(test),
        model=model,
        collate=default_data_collator,
        measure=None,
        baseline=Baseline(loss=_entropy(validation)),
        predict=_next_tokens,
        read=_compare,
        shown=lambda labels: np.roll(labels, -1, axis=1),
        score=perplexity,
    )


def perplexity(loss: float) -> Mapping[str, float]:
    """exp(loss), the loss in nats per token: among how many tokens the model wavers."""
    return {"perplexity": math.exp(loss) if loss < 700 else math.inf if loss == loss else math.nan}


def _made(recipe: Recipe, seed: int) -> tuple[str, str, str]:
    rng = np.random.default_rng(seed)
    sizes, length = recipe.sizes, int(recipe.data["length"])
    assert sizes.train is not None
    assert sizes.validation is not None
    assert sizes.test is not None
    train, validation, test = (
        synthetic_text.write(count * length, rng) for count in (sizes.train, sizes.validation, sizes.test)
    )
    return train, validation, test


def _files(data: Mapping[str, Any], length: int) -> tuple[str, str, str]:
    """The texts of the files given; what is missing is the end of the training text."""
    train = _read(data["train"], "recipe.data.train")
    texts = {part: _read(data[part], f"recipe.data.{part}") for part in ("validation", "test") if data[part]}
    held = min(max(2, round(HELD_OUT * len(train) / length)), MOST_HELD_OUT) * length
    for part in ("test", "validation"):
        if part not in texts:
            train, texts[part] = train[: len(train) - held], train[len(train) - held :]
    return train, texts["validation"], texts["test"]


def _read(path: str, key: str) -> str:
    try:
        text = Path(path).read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise ConfigError(key, f"is {path!r}, which is not there") from error
    except UnicodeDecodeError as error:
        raise ConfigError(
            key, f"is {path!r}, which is not UTF-8 text (byte {error.start}): save it as UTF-8"
        ) from error
    if not text.strip():
        raise ConfigError(key, f"is {path!r}, which holds no text")
    return text


def _encode(texts: tuple[str, str, str], tokenizer: str | None) -> Tokens:
    if tokenizer is None:
        names = {letter: i for i, letter in enumerate(sorted({*texts[0], UNKNOWN}))}
        unknown = names[UNKNOWN]
        parts = [np.array([names.get(letter, unknown) for letter in text], dtype=np.int64) for text in texts]
        return Tokens(parts[0], parts[1], parts[2], len(names))
    try:
        known = AutoTokenizer.from_pretrained(tokenizer, trust_remote_code=False)
    except (OSError, ValueError) as error:
        raise ConfigError(
            "recipe.data.tokenizer", f"is {tokenizer!r}, which is no tokenizer here: null means characters"
        ) from error
    parts = [np.array(known(text, add_special_tokens=False, verbose=False)["input_ids"], np.int64) for text in texts]
    return Tokens(parts[0], parts[1], parts[2], len(known))


def _blocks(ids: NDArray[np.int64], length: int, part: str) -> NDArray[np.int64]:
    count = len(ids) // length
    if count < 2:
        raise ConfigError(
            f"recipe.data.{part}", f"gives {len(ids)} tokens, too few for two blocks of recipe.data.length={length}"
        )
    return ids[: count * length].reshape(count, length)


def _dataset(blocks: NDArray[np.int64]) -> Dataset:
    return Dataset.from_dict({"input_ids": blocks, "labels": blocks}).with_format("torch")


def _entropy(blocks: NDArray[np.int64]) -> float:
    """Nats per token of a predictor that always names the shares of the tokens."""
    counts = np.array(list(Counter(blocks[:, 1:].ravel().tolist()).values()), dtype=float)
    shares = counts / counts.sum()
    return float(-(shares * np.log(shares)).sum())


def _next_tokens(model: PreTrainedModel, inputs: Mapping[str, torch.Tensor], logits: torch.Tensor) -> torch.Tensor:
    return logits.argmax(dim=-1)


def _compare(predictions: NDArray[np.int64], labels: NDArray[np.int64]) -> tuple[Any, Any]:
    """Each token named, beside the one that came next."""
    return predictions[:, :-1].ravel(), labels[:, 1:].ravel()
