"""Tokenized text on disk: made once for a corpus and a tokenizer, then shared by every trial that wants it."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from datasets import Dataset
from filelock import FileLock
from numpy.typing import NDArray

from sweep.recipes.data.labelled_text import Corpus, TextSplit

FORMAT = 1  # of the files; another number, another place
CHUNK = 4096  # texts that are tokenized at once: what a tokenizer returns is a hundred times the text
NAMES = "classes.json"
Encode = Callable[[list[list[str]]], dict[str, list[list[int]]]]


class Tokenized(NamedTuple):
    """The given splits, as columns of token numbers and ``labels``; the names of the classes by their number."""

    splits: Mapping[str, Dataset]
    names: tuple[str, ...]


def tokenized(key: str, tokenizer: Any, length: int, read: Callable[[], Corpus]) -> Tokenized:
    """The corpus in tokens, from disk where it is there already.

    Args:
        key: a digest of the content of the corpus.
        tokenizer: one of transformers'.
        length: tokens of an example, at most; longer ones are cut.
        read: reads the corpus, where it has to be tokenized.
    """
    folder = _home() / _digest(key, tokenizer, length)
    if not (folder / NAMES).is_file():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{folder}.lock"):  # trials that start side by side: one makes it, the others wait
            if not (folder / NAMES).is_file():
                _make(folder, tokenizer, length, read())
    names = json.loads((folder / NAMES).read_text(encoding="utf-8"))
    splits = {file.stem: Dataset.from_file(str(file)) for file in folder.glob("*.arrow")}
    return Tokenized(splits, tuple(names))


def labels(split: Dataset) -> NDArray[np.int64]:
    """The labels of a split, shape ``(rows,)``."""
    return np.asarray(split.with_format("numpy")["labels"][:], dtype=np.int64)


def _home() -> Path:
    from datasets import config

    return Path(os.environ.get("SWEEP_CACHE") or Path(config.HF_DATASETS_CACHE) / "sweep")


def _digest(key: str, tokenizer: Any, length: int) -> str:
    content = tokenizer.backend_tokenizer.to_str() if tokenizer.is_fast else repr(sorted(tokenizer.get_vocab().items()))
    return hashlib.sha256(f"{FORMAT}\n{key}\n{length}\n{tokenizer.sep_token}\n{content}".encode()).hexdigest()[:32]


def _make(folder: Path, tokenizer: Any, length: int, corpus: Corpus) -> None:
    """Write the folder beside its place and move it there whole."""
    draft = Path(tempfile.mkdtemp(dir=folder.parent))
    try:
        for name, split in corpus.splits.items():
            _write(draft / f"{name}.arrow", split, tokenizer, length)
        (draft / NAMES).write_text(json.dumps(corpus.names), encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        draft.rename(folder)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def _write(file: Path, split: TextSplit, tokenizer: Any, length: int) -> None:
    encode = _fast(tokenizer, length) if tokenizer.is_fast else _slow(tokenizer, length)
    writer = None
    for first, texts in _chunks(split):
        columns = {name: pa.array(rows, pa.list_(pa.int32())) for name, rows in encode(texts).items()}
        columns["labels"] = pa.array(split.labels[first : first + CHUNK])
        batch = pa.record_batch(columns)
        if writer is None:
            writer = pa.ipc.new_stream(file, batch.schema)
        writer.write_batch(batch)
    assert writer is not None  # a split has rows
    writer.close()


def _slow(tokenizer: Any, length: int) -> Encode:
    return lambda texts: dict(tokenizer(*texts, truncation=True, max_length=length, return_attention_mask=False))


def _fast(tokenizer: Any, length: int) -> Encode:
    """The tokenizer's own core, on as many threads as there are: it keeps no offsets, and makes nothing but numbers."""
    core = tokenizer.backend_tokenizer
    core.no_padding()
    core.enable_truncation(length, direction=tokenizer.truncation_side)
    with_types = "token_type_ids" in tokenizer.model_input_names

    def encode(texts: list[list[str]]) -> dict[str, list[list[int]]]:
        inputs = texts[0] if len(texts) == 1 else list(zip(*texts, strict=True))
        before = os.environ.get("TOKENIZERS_PARALLELISM")
        os.environ["TOKENIZERS_PARALLELISM"] = "true"
        try:
            encoded = core.encode_batch_fast(inputs)
        finally:
            os.environ["TOKENIZERS_PARALLELISM"] = before or "false"
        columns = {"input_ids": [each.ids for each in encoded]}
        if with_types:
            columns["token_type_ids"] = [each.type_ids for each in encoded]
        return columns

    return encode


def _chunks(split: TextSplit) -> Iterator[tuple[int, list[list[str]]]]:
    """The number of the first row of each chunk, and its texts, a list for each column."""
    for first in range(0, len(split.labels), CHUNK):
        yield first, [column.slice(first, CHUNK).to_pylist() for column in split.texts]
