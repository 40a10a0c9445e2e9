"""Sequence to sequence: a small T5 or BART from scratch on written dates, or on two columns of yours; BLEU and ROUGE.

Both scores are of text that the model really writes, token by token, at every evaluation point.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import sacrebleu
import torch
from datasets import Dataset
from numpy.typing import NDArray
from rouge_score.rouge_scorer import RougeScorer
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import (
    BartConfig,
    BartForConditionalGeneration,
    DataCollatorForSeq2Seq,
    PreTrainedModel,
    PreTrainedTokenizerFast,
    T5Config,
    T5ForConditionalGeneration,
)

from sweep.config.schema import Recipe
from sweep.diagnosis import Baseline
from sweep.errors import ConfigError
from sweep.recipes.data import synthetic_dates, tables
from sweep.recipes.task import Task

SAMPLE = 128  # examples of the training set that are evaluated beside the validation set
HELD_OUT, MOST_HELD_OUT = 0.15, 500  # of a file, for validation and for test, where no files are given
IGNORED = -100  # a label that counts for nothing
Pairs = list[tuple[str, str]]


class Splits(NamedTuple):
    """Sources and targets."""

    train: Pairs
    validation: Pairs
    test: Pairs


def build(recipe: Recipe, seed: int) -> Task:
    """The task of one seed."""
    data, shape = recipe.data, recipe.model
    splits = _made(recipe, seed) if data["train"] is None else _files(data, seed)
    most = data["max_examples"]
    if most is not None:
        splits = Splits(*(part[:most] for part in splits))
    tokenizer = _tokenizer(splits.train, int(shape["vocabulary"]))
    length = int(data["max_length"])
    train, validation, test = (_dataset(part, tokenizer, length) for part in splits)
    longest = max(len(row) for part in (validation, test) for row in part["labels"])

    def predict(model: PreTrainedModel, inputs: Mapping[str, torch.Tensor], logits: torch.Tensor) -> torch.Tensor:
        written: torch.Tensor = model.generate(
            input_ids=inputs["input_ids"],
            attention_mask=inputs["attention_mask"],
            max_new_tokens=longest + 2,
            num_beams=1,
            do_sample=False,
        )
        return written

    def read(predictions: NDArray[np.int64], labels: NDArray[np.int64]) -> tuple[Any, Any]:
        return _decode(predictions, tokenizer), _decode(labels, tokenizer)

    return Task(
        train=train,
        sample=train.select(range(min(SAMPLE, len(train)))),
        validation=validation,
        test=test,
        model=_model(shape, tokenizer, length),
        collate=DataCollatorForSeq2Seq(tokenizer, label_pad_token_id=IGNORED),
        measure=lambda predictions, labels: scores(*read(predictions, labels)),
        baseline=Baseline(loss=_entropy(validation)),
        predict=predict,
        read=read,
        shown=lambda labels: labels,
    )


def scores(written: Sequence[str], right: Sequence[str]) -> dict[str, float]:
    """BLEU of the corpus, 0 to 100, by sacrebleu; ROUGE-L, mean F-measure, 0 to 1, by rouge-score."""
    scorer = RougeScorer(["rougeL"])
    rouge = [scorer.score(target, made)["rougeL"].fmeasure for made, target in zip(written, right, strict=True)]
    bleu = sacrebleu.corpus_bleu(list(written), [list(right)])
    return {"bleu": float(bleu.score), "rouge": float(np.mean(rouge))}


def _made(recipe: Recipe, seed: int) -> Splits:
    sizes, rng = recipe.sizes, np.random.default_rng(seed)
    counts = [size or 0 for size in (sizes.train, sizes.validation, sizes.test)]
    rows = synthetic_dates.pairs(sum(counts), rng)
    train, validation, test = rows[: counts[0]], rows[counts[0] : sum(counts[:2])], rows[sum(counts[:2]) :]
    noise = float(recipe.data["label_noise"])
    return Splits(_mistaken(train, noise, rng), _mistaken(validation, noise, rng), test)


def _mistaken(rows: Pairs, share: float, rng: np.random.Generator) -> Pairs:
    """The pairs with exactly ``share`` of the targets those of another pair, as people who type lists do."""
    wrong = rng.choice(len(rows), size=round(share * len(rows)), replace=False)
    targets = [target for _, target in rows]
    for place, other in zip(wrong.tolist(), np.roll(wrong, 1).tolist(), strict=True):
        targets[place] = rows[other][1]
    return [(source, target) for (source, _), target in zip(rows, targets, strict=True)]


def _files(data: Mapping[str, Any], seed: int) -> Splits:
    parts = {part: _pairs(data, part) for part in ("train", "validation", "test") if data[part]}
    train = parts["train"]
    order = np.random.default_rng(seed).permutation(len(train)).tolist()
    train = [train[row] for row in order]
    for part in ("test", "validation"):
        if part not in parts:
            held = min(round(HELD_OUT * len(parts["train"])), MOST_HELD_OUT)
            train, parts[part] = train[: len(train) - held], train[len(train) - held :]
    if not all((train, parts["validation"], parts["test"])):
        raise ConfigError("recipe.data.train", f"gives {len(parts['train'])} pairs, too few to train and to hold out")
    return Splits(train, parts["validation"], parts["test"])


def _pairs(data: Mapping[str, Any], part: str) -> Pairs:
    key, path = f"recipe.data.{part}", data[part]
    columns = (data["source"], data["target"])
    rows = tables.read(path, key, columns, data["encoding"])
    return list(zip(*(tables.text(rows, column, path, key).to_pylist() for column in columns), strict=True))


def _tokenizer(rows: Pairs, vocabulary: int) -> PreTrainedTokenizerFast:
    """The most frequent words of the training texts, digits and punctuation one by one; spaces come back."""
    made = Tokenizer(models.WordLevel(unk_token="<unk>"))
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Metaspace(prepend_scheme="never"),
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.Punctuation(),
        ]
    )
    made.decoder = decoders.Metaspace(prepend_scheme="never")
    special = ["<pad>", "</s>", "<s>", "<unk>"]
    trainer = trainers.WordLevelTrainer(vocab_size=vocabulary, special_tokens=special, show_progress=False)
    made.train_from_iterator((text for row in rows for text in row), trainer)
    made.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
    return PreTrainedTokenizerFast(
        tokenizer_object=made, pad_token="<pad>", eos_token="</s>", bos_token="<s>", unk_token="<unk>"
    )


def _dataset(rows: Pairs, tokenizer: PreTrainedTokenizerFast, length: int) -> Dataset:
    sources, targets = zip(*rows, strict=True)
    encoded = tokenizer(list(sources), truncation=True, max_length=length)
    labels = tokenizer(list(targets), truncation=True, max_length=length)["input_ids"]
    return Dataset.from_dict({
        "input_ids": encoded["input_ids"], "attention_mask": encoded["attention_mask"], "labels": labels
    })  # fmt: skip


def _decode(ids: NDArray[np.int64], tokenizer: PreTrainedTokenizerFast) -> list[str]:
    with_padding = np.where(ids == IGNORED, tokenizer.pad_token_id, ids)
    texts: list[str] = tokenizer.batch_decode(with_padding, skip_special_tokens=True)
    return [re.sub(r"\s+", " ", text).strip() for text in texts]


def _entropy(rows: Dataset) -> float:
    """Nats per token of a predictor that always names the shares of the target tokens at each place."""
    targets: list[list[int]] = rows["labels"][:]
    places: dict[int, list[int]] = {}
    for target in targets:
        for place, token in enumerate(target):
            places.setdefault(place, []).append(token)
    total = 0.0
    for tokens in places.values():
        counts = np.unique(tokens, return_counts=True)[1]
        total -= float((counts * np.log(counts / counts.sum())).sum())
    return total / sum(map(len, targets))


def _model(shape: Mapping[str, Any], tokenizer: PreTrainedTokenizerFast, length: int) -> Callable[[], PreTrainedModel]:
    width, layers, heads, dropout = shape["width"], shape["layers"], shape["heads"], shape["dropout"]
    kind = shape["architecture"]
    if kind == "t5":
        config = T5Config(
            vocab_size=len(tokenizer),
            d_model=width,
            d_kv=width // heads,
            d_ff=2 * width,
            num_layers=layers,
            num_decoder_layers=layers,
            num_heads=heads,
            dropout_rate=dropout,
            pad_token_id=0,
            eos_token_id=1,
            decoder_start_token_id=0,
        )
        return lambda: _undecided(T5ForConditionalGeneration(config), shape["gain"])
    if kind == "bart":
        config = BartConfig(
            vocab_size=len(tokenizer),
            d_model=width,
            encoder_layers=layers,
            decoder_layers=layers,
            encoder_attention_heads=heads,
            decoder_attention_heads=heads,
            encoder_ffn_dim=2 * width,
            decoder_ffn_dim=2 * width,
            dropout=dropout,
            max_position_embeddings=length,
            pad_token_id=0,
            eos_token_id=1,
            bos_token_id=2,
            decoder_start_token_id=1,
            forced_eos_token_id=None,
            init_std=shape["init"],
        )
        return lambda: BartForConditionalGeneration(config)
    raise ConfigError("recipe.model.architecture", f"is {kind!r}, but must be t5 or bart")


def _undecided(model: T5ForConditionalGeneration, gain: float) -> T5ForConditionalGeneration:
    """The embedding is also the head: with a small gain before it, the model begins with every token alike."""
    torch.nn.init.constant_(model.decoder.final_layer_norm.weight, gain)
    return model
