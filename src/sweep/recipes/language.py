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
from sweep.recipes.data.splits import SPLITS, stated_sizes
from sweep.recipes.task import Task

HELD_OUT = 0.1  # share of the training text that becomes each split that is not given
MAX_HELD_OUT = 1000  # blocks of each
UNKNOWN = "\ufffd"  # stands for every character that the training text does not have
SAMPLE = 128  # blocks of the training set that are evaluated beside the validation set


class Texts(NamedTuple):
    """The text of each split."""

    train: str
    validation: str
    test: str


class Tokens(NamedTuple):
    """Each split as token numbers, shape ``(tokens,)``, and how many different tokens there are."""

    train: NDArray[np.int64]
    validation: NDArray[np.int64]
    test: NDArray[np.int64]
    vocabulary: int


def build(recipe: Recipe, seed: int) -> Task:
    """The task of one seed; the grammar's text is a new one for every seed. Raises `ConfigError`."""
    data = recipe.data
    length = int(data["length"])
    texts = _from_files(data, length) if data["train"] else _from_grammar(recipe, length, seed)
    tokens = _encode(texts, data["tokenizer"])
    train = _blocks(tokens.train, length, "train")
    validation = _blocks(tokens.validation, length, "validation")
    test = _blocks(tokens.test, length, "test")
    most = data["max_examples"]
    if most is not None:
        train = train[np.random.default_rng(seed).permutation(len(train))[:most]]
        validation = validation[:most]
        test = test[:most]
    return Task(
        train=_dataset(train),
        sample=_dataset(train[:SAMPLE]),
        validation=_dataset(validation),
        test=_dataset(test),
        model=lambda: _model(recipe.model, tokens.vocabulary, length),
        collate=default_data_collator,
        compute_metrics=None,
        baseline=Baseline(loss=_entropy(validation)),
        predict_batch=_most_likely,
        decode=_next_tokens,
        perfect_predictions=lambda labels: np.roll(labels, -1, axis=1),
        loss_metrics=perplexity,
    )


def _model(shape: Mapping[str, Any], vocabulary: int, length: int) -> GPT2LMHeadModel:
    config = GPT2Config(
        vocab_size=vocabulary,
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
    model = GPT2LMHeadModel(config)
    # The embedding is also the head: with a small gain before it, every token is as likely at the start.
    torch.nn.init.constant_(model.transformer.ln_f.weight, shape["gain"])
    return model


def perplexity(loss: float) -> dict[str, float]:
    """exp(loss) for a loss in nats per token: between how many tokens, each as likely, the model hesitates."""
    try:
        return {"perplexity": math.exp(loss)}
    except OverflowError:
        return {"perplexity": math.inf}


def _from_grammar(recipe: Recipe, length: int, seed: int) -> Texts:
    rng = np.random.default_rng(seed)
    return Texts(*(synthetic_text.write(blocks * length, rng) for blocks in stated_sizes(recipe.sizes)))


def _from_files(data: Mapping[str, Any], length: int) -> Texts:
    """The texts of the given files; splits that are not given are held out from the end of the training text."""
    texts = {split: _read(data[split], f"recipe.data.{split}") for split in SPLITS if data[split]}
    train = texts["train"]
    blocks = min(max(2, round(HELD_OUT * len(train) / length)), MAX_HELD_OUT)
    for split in ("test", "validation"):
        if split not in texts:
            end = len(train) - blocks * length
            texts[split] = train[end:]
            train = train[:end]
    return Texts(train, texts["validation"], texts["test"])


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


def _encode(texts: Texts, tokenizer: str | None) -> Tokens:
    """Characters, or the tokens of a tokenizer by its folder or hub name."""
    if tokenizer is None:
        numbers = {letter: number for number, letter in enumerate(sorted({*texts.train, UNKNOWN}))}
        unknown = numbers[UNKNOWN]
        ids = [np.array([numbers.get(letter, unknown) for letter in text], dtype=np.int64) for text in texts]
        return Tokens(ids[0], ids[1], ids[2], vocabulary=len(numbers))
    try:
        known = AutoTokenizer.from_pretrained(tokenizer, trust_remote_code=False)
    except (OSError, ValueError) as error:
        raise ConfigError(
            "recipe.data.tokenizer", f"is {tokenizer!r}, which has no tokenizer: null means characters"
        ) from error
    ids = [np.array(known(text, add_special_tokens=False, verbose=False)["input_ids"], np.int64) for text in texts]
    return Tokens(ids[0], ids[1], ids[2], vocabulary=len(known))


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
    """Nats per token of the best constant predictor, which predicts the shares of the tokens."""
    counts = np.array(list(Counter(blocks[:, 1:].ravel().tolist()).values()), dtype=float)
    shares = counts / counts.sum()
    return float(-(shares * np.log(shares)).sum())


def _most_likely(model: PreTrainedModel, inputs: Mapping[str, torch.Tensor], logits: torch.Tensor) -> torch.Tensor:
    return logits.argmax(dim=-1)


def _next_tokens(predictions: NDArray[np.int64], labels: NDArray[np.int64]) -> tuple[Any, Any]:
    """Each predicted token, and the one that came next; both of shape ``(examples * (length - 1),)``."""
    return predictions[:, :-1].ravel(), labels[:, 1:].ravel()
