"""Labelled text that people bring: one or two columns of text and one of labels, from files or from a data set.

Everything about the data that can be wrong is found here, without torch: it takes a second for 100,000 rows.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sweep.errors import ConfigError
from sweep.recipes.data import tables

PARTS = ("train", "validation", "test")
SHOWN = 8  # names in a message


@dataclass(frozen=True)
class Part:
    """Rows of one split: a column or two of text, and the number of each row's class."""

    texts: tuple[pa.ChunkedArray, ...]
    labels: NDArray[np.int64]


@dataclass(frozen=True)
class Corpus:
    """The splits that there are, and the names of the classes in the order of their numbers."""

    parts: Mapping[str, Part]
    names: tuple[str, ...]


@dataclass(frozen=True)
class _Raw:
    rows: pa.Table
    where: str
    key: str
    names: tuple[str, ...] | None = None  # of the classes, where the data set states them


def columns(data: Mapping[str, Any]) -> tuple[str, ...]:
    """The columns of text that the recipe names. Raises `ConfigError` where they are not one or two."""
    named = data["text"]
    if named is None:
        raise ConfigError("recipe.data.text", "has no value: name the column of text, or two as in [first,second]")
    chosen = (named,) if isinstance(named, str) else tuple(named)
    if not 1 <= len(chosen) <= 2:
        raise ConfigError("recipe.data.text", f"names {len(chosen)} columns, but must name one or two")
    return chosen


def fingerprint(data: Mapping[str, Any]) -> str:
    """A digest of the content of everything that `read` would read."""
    digest = hashlib.sha256(repr([data[key] for key in ("name", "config", "text", "label", "encoding")]).encode())
    for part in PARTS:
        if data[part]:
            digest.update(part.encode())
            _digest(Path(data[part]), digest)
    if data["name"]:
        from datasets import DatasetDict

        found = _hub(data["name"], data["config"])
        assert isinstance(found, DatasetDict)
        digest.update(repr(sorted((name, split._fingerprint) for name, split in found.items())).encode())
    return digest.hexdigest()


def read(data: Mapping[str, Any]) -> Corpus:
    """The corpus, whole. Raises `ConfigError`, naming key and row, for the first thing that can't be used."""
    chosen, label = columns(data), data["label"]
    raw = _raw(data, [*chosen, label])
    stated = next((part.names for part in raw.values() if part.names), None)
    values = {part: _labels(found, label) for part, found in raw.items()}
    if stated is None:
        known = _classes(values["train"])
        names = tuple(str(value) for value in known)
    else:
        known, names = list(range(len(stated))), stated
        if "test" in values and set(values["test"].to_pylist()) == {-1}:  # a test split whose labels are kept secret
            del raw["test"], values["test"]
    parts = {}
    for part, found in raw.items():
        texts = tuple(tables.text(found.rows, column, found.where, found.key) for column in chosen)
        parts[part] = Part(texts, _numbers(values[part], known, found))
    kinds = np.unique(parts["train"].labels)
    if len(kinds) < 2:
        raise ConfigError(
            raw["train"].key,
            f"is {raw['train'].where!r}, where every row has the label {names[kinds[0]]!r} in column {label!r}: "
            "there is nothing to tell apart",
        )
    return Corpus(parts, names)


def _raw(data: Mapping[str, Any], wanted: Sequence[str]) -> dict[str, _Raw]:
    files = {part: data[part] for part in PARTS if data[part]}
    if data["name"]:
        found = _splits(_hub(data["name"], data["config"]), data["name"], "recipe.data.name", wanted)
        if "train" not in found:
            raise ConfigError("recipe.data.name", f"is {data['name']!r}, which has no split called train")
    elif "train" in files and Path(files["train"]).is_dir():
        found = _folder(files["train"], "train", wanted)
    elif "train" in files:
        found = {}
    else:
        raise ConfigError(
            "recipe.data.train", "has no value: name a file, or a data set of the hub by recipe.data.name=OWNER/NAME"
        )
    for part, path in files.items():
        key = f"recipe.data.{part}"
        if Path(path).is_dir():
            folder = _folder(path, part, wanted)
            found[part] = folder.get(part) or next(iter(folder.values()))
        elif part != "train" or not data["name"]:
            found[part] = _Raw(tables.read(path, key, wanted, data["encoding"]), path, key)
    return {part: found[part] for part in PARTS if part in found}


def _folder(path: str, part: str, wanted: Sequence[str]) -> dict[str, _Raw]:
    from datasets import Dataset, load_from_disk

    key = f"recipe.data.{part}"
    try:
        loaded = load_from_disk(path)
    except (OSError, ValueError) as error:
        raise ConfigError(key, f"is {path!r}, a folder that datasets did not save (save_to_disk makes one)") from error
    return _splits({part: loaded} if isinstance(loaded, Dataset) else loaded, path, key, wanted)


def _splits(loaded: Mapping[str, Any], where: str, key: str, wanted: Sequence[str]) -> dict[str, _Raw]:
    from datasets import ClassLabel

    found = {}
    for part in PARTS:
        split = loaded.get(part)
        if split is None:
            continue
        tables.wanted(split.column_names, wanted, where, key)
        kind = split.features[wanted[-1]]
        names = tuple(kind.names) if isinstance(kind, ClassLabel) else None
        rows = split.select_columns(list(wanted)).with_format("arrow")[:]
        found[part] = _Raw(rows, where, key, names)
    return found


def _hub(name: str, config: str | None) -> Any:
    import datasets

    try:
        return datasets.load_dataset(name, config)
    except Exception as error:  # the hub's client raises a dozen kinds: no network, no such name, no such config
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0][:160]
        raise ConfigError(
            "recipe.data.name",
            f"is {name!r}, which can't be had ({reason}): without a network, name files by recipe.data.train=FILE "
            "or a folder that datasets saved",
        ) from error


def _labels(found: _Raw, column: str) -> pa.ChunkedArray:
    """The labels, integers where all of them are, else text. Raises `ConfigError` where a row has none."""
    values = found.rows[column]
    if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
        values = pc.utf8_trim_whitespace(values)
        missing = pc.or_kleene(pc.is_null(values), pc.equal(values, ""))
    else:
        missing = pc.is_null(values)
    if pc.any(missing).as_py():
        row = pc.index(missing, True).as_py() + 1
        raise ConfigError(found.key, f"is {found.where!r}, where row {row} has no label in column {column!r}")
    if pa.types.is_boolean(values.type):
        return values.cast(pa.string())
    try:
        return values.cast(pa.int64())
    except pa.ArrowInvalid:
        if pa.types.is_floating(values.type):
            raise ConfigError(
                "recipe.data.label", f"is {column!r}, which holds numbers, not classes (in {found.where!r})"
            ) from None
        return values


def _classes(values: pa.ChunkedArray) -> list[Any]:
    return sorted(pc.unique(values).to_pylist())


def _numbers(values: pa.ChunkedArray, known: list[Any], found: _Raw) -> NDArray[np.int64]:
    """Each label's place among the known classes. Raises `ConfigError` for one that training never shows."""
    alike = values.cast(pa.string())
    numbers = pc.index_in(alike, value_set=pa.array([str(value) for value in known]))
    strange = sorted(set(pc.filter(alike, pc.is_null(numbers)).to_pylist()))
    if strange:
        shown = ", ".join(map(repr, strange[:SHOWN])) + (", ..." if len(strange) > SHOWN else "")
        there = ", ".join(repr(str(value)) for value in known[:SHOWN]) + (", ..." if len(known) > SHOWN else "")
        raise ConfigError(
            found.key,
            f"is {found.where!r}, which has the label {shown} that the training data lack; they have {there}",
        )
    return np.asarray(numbers.to_numpy(), dtype=np.int64)


def _digest(path: Path, digest: Any) -> None:
    for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
        if file.is_file():
            digest.update(os.fsencode(file.relative_to(path) if path.is_dir() else file.suffix))
            with file.open("rb") as content:
                while block := content.read(1 << 20):
                    digest.update(block)
