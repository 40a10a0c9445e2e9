"""Sequence to sequence: a small T5 or BART from scratch on pairs of texts; BLEU and ROUGE.

Both scores are of text that the model really writes, token by token, at every evaluation point.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import sacrebleu
import torch
from datasets import Dataset
from numpy.typing import NDArray
from rouge_score.rouge_scorer import RougeScorer
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
from sweep.recipes import translation_check
from sweep.recipes.data import text_pairs
from sweep.recipes.data.label_noise import Pairs
from sweep.recipes.data.word_tokenizer import train_tokenizer
from sweep.recipes.task import PredictBatch, Task

SAMPLE = 128  # examples of the training set that are evaluated beside the validation set
IGNORED = -100  # a label that counts for nothing
MORE_TOKENS = 2  # than the longest target, before writing ends
PAD, END, START = 0, 1, 2


def build(recipe: Recipe, seed: int) -> Task:
    """The task of one seed. Raises `ConfigError` for files or an architecture that can't be used."""
    translation_check.check(recipe)
    pairs = text_pairs.read(recipe, seed)
    tokenizer = train_tokenizer(pairs.train, int(recipe.model["vocabulary"]))
    length = int(recipe.data["max_length"])
    train, validation, test = (_dataset(split, tokenizer, length) for split in pairs)
    longest = max(len(row) for split in (validation, test) for row in split["labels"])

    def decode(predictions: NDArray[np.int64], labels: NDArray[np.int64]) -> tuple[Any, Any]:
        return _texts(predictions, tokenizer), _texts(labels, tokenizer)

    return Task(
        train=train,
        sample=train.select(range(min(SAMPLE, len(train)))),
        validation=validation,
        test=test,
        model=lambda: _model(recipe.model, len(tokenizer), length),
        collate=DataCollatorForSeq2Seq(tokenizer, label_pad_token_id=IGNORED),
        compute_metrics=lambda predictions, labels: scores(*decode(predictions, labels)),
        baseline=Baseline(loss=_entropy(validation)),
        predict_batch=_greedy(longest + MORE_TOKENS),
        decode=decode,
        perfect_predictions=lambda labels: labels,
    )


def scores(written: Sequence[str], right: Sequence[str]) -> dict[str, float]:
    """BLEU of the corpus, 0 to 100, by sacrebleu; ROUGE-L, mean F-measure, 0 to 1, by rouge-score."""
    scorer = RougeScorer(["rougeL"])
    rouge = [scorer.score(target, made)["rougeL"].fmeasure for made, target in zip(written, right, strict=True)]
    bleu = sacrebleu.corpus_bleu(list(written), [list(right)])
    return {"bleu": float(bleu.score), "rouge": float(np.mean(rouge))}


def _greedy(max_new_tokens: int) -> PredictBatch:
    """What the model writes, shape ``(examples, tokens)``: the most likely token at each place."""

    def predict(model: PreTrainedModel, inputs: Mapping[str, torch.Tensor], logits: torch.Tensor) -> torch.Tensor:
        written: torch.Tensor = model.generate(
            input_ids=inputs["input_ids"],
            attention_mask=inputs["attention_mask"],
            max_new_tokens=max_new_tokens,
            num_beams=1,
            do_sample=False,
        )
        return written

    return predict


def _dataset(pairs: Pairs, tokenizer: PreTrainedTokenizerFast, length: int) -> Dataset:
    sources, targets = zip(*pairs, strict=True)
    encoded = tokenizer(list(sources), truncation=True, max_length=length)
    labels = tokenizer(list(targets), truncation=True, max_length=length)["input_ids"]
    return Dataset.from_dict({
        "input_ids": encoded["input_ids"], "attention_mask": encoded["attention_mask"], "labels": labels
    })  # fmt: skip


def _texts(ids: NDArray[np.int64], tokenizer: PreTrainedTokenizerFast) -> list[str]:
    with_padding = np.where(ids == IGNORED, tokenizer.pad_token_id, ids)
    texts: list[str] = tokenizer.batch_decode(with_padding, skip_special_tokens=True)
    return [re.sub(r"\s+", " ", text).strip() for text in texts]


def _entropy(split: Dataset) -> float:
    """Nats per token of the best constant predictor: at each place it predicts the shares of the tokens there."""
    targets: list[list[int]] = split["labels"][:]
    places: dict[int, list[int]] = {}
    for target in targets:
        for place, token in enumerate(target):
            places.setdefault(place, []).append(token)
    total = 0.0
    for tokens in places.values():
        counts = np.unique(tokens, return_counts=True)[1]
        total -= float((counts * np.log(counts / counts.sum())).sum())
    return total / sum(map(len, targets))


def _model(shape: Mapping[str, Any], vocabulary: int, length: int) -> PreTrainedModel:
    if shape["architecture"] == "t5":
        return _t5(shape, vocabulary)
    return _bart(shape, vocabulary, length)


def _t5(shape: Mapping[str, Any], vocabulary: int) -> T5ForConditionalGeneration:
    config = T5Config(
        vocab_size=vocabulary,
        d_model=shape["width"],
        d_kv=shape["width"] // shape["heads"],
        d_ff=2 * shape["width"],
        num_layers=shape["layers"],
        num_decoder_layers=shape["layers"],
        num_heads=shape["heads"],
        dropout_rate=shape["dropout"],
        pad_token_id=PAD,
        eos_token_id=END,
        decoder_start_token_id=PAD,
    )
    model = T5ForConditionalGeneration(config)
    # The embedding is also the head: with a small gain before it, every token is as likely at the start.
    torch.nn.init.constant_(model.decoder.final_layer_norm.weight, shape["gain"])
    return model


def _bart(shape: Mapping[str, Any], vocabulary: int, length: int) -> BartForConditionalGeneration:
    config = BartConfig(
        vocab_size=vocabulary,
        d_model=shape["width"],
        encoder_layers=shape["layers"],
        decoder_layers=shape["layers"],
        encoder_attention_heads=shape["heads"],
        decoder_attention_heads=shape["heads"],
        encoder_ffn_dim=2 * shape["width"],
        decoder_ffn_dim=2 * shape["width"],
        dropout=shape["dropout"],
        max_position_embeddings=length,
        pad_token_id=PAD,
        eos_token_id=END,
        bos_token_id=START,
        decoder_start_token_id=END,
        forced_eos_token_id=None,
        init_std=shape["init"],
    )
    return BartForConditionalGeneration(config)
