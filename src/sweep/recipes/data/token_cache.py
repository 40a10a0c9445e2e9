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

from sweep.recipes.data.labelled_text import Corpus, Part

FORMAT = 1  # of the files; another number, another place
CHUNK = 4096  # texts that are tokenized at once: what a tokenizer gives back is a hundred times the text
NAMES = "classes.json"
Encode = Callable[[list[list[str]]], dict[str, list[list[int]]]]


class Tokenized(NamedTuple):
    """The splits that there are, as columns of token numbers and ``labels``; the names of the classes."""

    parts: Mapping[str, Dataset]
    names: tuple[str, ...]


def tokenized(key: str, tokenizer: Any, length: int, corpus: Callable[[], Corpus]) -> Tokenized:
    """What is on disk under a digest of ``key``, the tokenizer and the length; made of ``corpus()`` where it is not."""
    place = _home() / _digest(key, tokenizer, length)
    if not (place / NAMES).is_file():
        place.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{place}.lock"):  # trials that start side by side: one makes it, the others wait
            if not (place / NAMES).is_file():
                _make(place, tokenizer, length, corpus())
    names = json.loads((place / NAMES).read_text(encoding="utf-8"))
    return Tokenized({file.stem: Dataset.from_file(str(file)) for file in place.glob("*.arrow")}, tuple(names))


def labels(part: Dataset) -> NDArray[np.int64]:
    """The labels of a split, in order."""
    return np.asarray(part.with_format("numpy")["labels"][:], dtype=np.int64)


def _home() -> Path:
    from datasets import config

    return Path(os.environ.get("SWEEP_CACHE") or Path(config.HF_DATASETS_CACHE) / "sweep")


def _digest(key: str, tokenizer: Any, length: int) -> str:
    said = tokenizer.backend_tokenizer.to_str() if tokenizer.is_fast else repr(sorted(tokenizer.get_vocab().items()))
    return hashlib.sha256(f"{FORMAT}\n{key}\n{length}\n{tokenizer.sep_token}\n{said}".encode()).hexdigest()[:32]


def _make(place: Path, tokenizer: Any, length: int, corpus: Corpus) -> None:
    draft = Path(tempfile.mkdtemp(dir=place.parent))
    try:
        for name, part in corpus.parts.items():
            _write(draft / f"{name}.arrow", part, tokenizer, length)
        (draft / NAMES).write_text(json.dumps(corpus.names), encoding="utf-8")
        shutil.rmtree(place, ignore_errors=True)
        draft.rename(place)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def _write(file: Path, part: Part, tokenizer: Any, length: int) -> None:
    encode = _fast(tokenizer, length) if tokenizer.is_fast else _plain(tokenizer, length)
    writer = None
    for first, texts in _chunks(part):
        columns = {name: pa.array(rows, pa.list_(pa.int32())) for name, rows in encode(texts).items()}
        columns["labels"] = pa.array(part.labels[first : first + CHUNK])
        batch = pa.record_batch(columns)
        writer = writer or pa.ipc.new_stream(file, batch.schema)
        writer.write_batch(batch)
    assert writer is not None
    writer.close()


def _plain(tokenizer: Any, length: int) -> Encode:
    return lambda texts: dict(tokenizer(*texts, truncation=True, max_length=length, return_attention_mask=False))


def _fast(tokenizer: Any, length: int) -> Encode:
    """The tokenizer's own core, on as many threads as there are: it keeps no offsets, and makes nothing but numbers."""
    core = tokenizer.backend_tokenizer
    core.no_padding()
    core.enable_truncation(length, direction=tokenizer.truncation_side)
    types = "token_type_ids" in tokenizer.model_input_names

    def encode(texts: list[list[str]]) -> dict[str, list[list[int]]]:
        before = os.environ.get("TOKENIZERS_PARALLELISM")
        os.environ["TOKENIZERS_PARALLELISM"] = "true"
        try:
            made = core.encode_batch_fast(texts[0] if len(texts) == 1 else list(zip(*texts, strict=True)))
        finally:
            os.environ["TOKENIZERS_PARALLELISM"] = before or "false"
        columns = {"input_ids": [each.ids for each in made]}
        return columns | ({"token_type_ids": [each.type_ids for each in made]} if types else {})

    return encode


def _chunks(part: Part) -> Iterator[tuple[int, list[list[str]]]]:
    for first in range(0, len(part.labels), CHUNK):
        yield first, [column.slice(first, CHUNK).to_pylist() for column in part.texts]
