"""Where labelled text comes from: files, a folder that `datasets` saved, or a data set on the hub."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from sweep.errors import ConfigError
from sweep.recipes.data import tables
from sweep.recipes.data.splits import SPLITS
from sweep.recipes.data.tables import TableFile


@dataclass(frozen=True)
class Source:
    """The columns of one split as they were read.

    Args:
        rows: the columns that were asked for.
        where: the file, folder or hub name, for messages.
        key: the configuration key that named it.
        names: of the classes by their number, where the data set states them.
    """

    rows: pa.Table
    where: str
    key: str
    names: tuple[str, ...] | None = None


def text_columns(data: Mapping[str, Any]) -> tuple[str, ...]:
    """The columns of text that the recipe names. Raises `ConfigError` where they are not one or two."""
    named = data["text"]
    if named is None:
        raise ConfigError("recipe.data.text", "has no value: name the column of text, or two as in [first,second]")
    columns = (named,) if isinstance(named, str) else tuple(named)
    if not 1 <= len(columns) <= 2:
        raise ConfigError("recipe.data.text", f"names {len(columns)} columns, but must name one or two")
    return columns


def fingerprint(data: Mapping[str, Any]) -> str:
    """A digest of the content of everything that `read` would read. Raises `ConfigError`."""
    digest = hashlib.sha256(repr([data[key] for key in ("name", "config", "text", "label", "encoding")]).encode())
    for split in SPLITS:
        if data[split]:
            digest.update(split.encode())
            _add_content(Path(data[split]), digest)
    if data["name"]:
        loaded = _from_hub(data["name"], data["config"])
        digest.update(repr(sorted((name, split._fingerprint) for name, split in loaded.items())).encode())
    return digest.hexdigest()


def read(data: Mapping[str, Any], columns: Sequence[str]) -> dict[str, Source]:
    """The given splits, with these columns. Raises `ConfigError` for the first thing that can't be read."""
    files = {split: data[split] for split in SPLITS if data[split]}
    sources: dict[str, Source] = {}
    if data["name"]:
        files.pop("train", None)
        loaded = _from_hub(data["name"], data["config"])
        sources = _of_splits(loaded, data["name"], "recipe.data.name", columns)
        if "train" not in sources:
            raise ConfigError("recipe.data.name", f"is {data['name']!r}, which has no split called train")
    elif "train" not in files:
        raise ConfigError(
            "recipe.data.train", "has no value: name a file, or a data set of the hub by recipe.data.name=OWNER/NAME"
        )
    elif Path(files["train"]).is_dir():  # it may hold validation and test too
        sources = _of_folder(files["train"], "recipe.data.train", columns)
    for split, path in files.items():
        key = f"recipe.data.{split}"
        if Path(path).is_dir():
            in_folder = _of_folder(path, key, columns)
            sources[split] = in_folder.get(split) or next(iter(in_folder.values()))
        else:
            rows = tables.read(TableFile(Path(path), key, tuple(columns), data["encoding"]))
            sources[split] = Source(rows, path, key)
    return {split: sources[split] for split in SPLITS if split in sources}


def _of_folder(path: str, key: str, columns: Sequence[str]) -> dict[str, Source]:
    from datasets import Dataset, load_from_disk

    try:
        loaded = load_from_disk(path)
    except (OSError, ValueError) as error:
        raise ConfigError(key, f"is {path!r}, a folder that datasets did not save (save_to_disk makes one)") from error
    splits = {"train": loaded} if isinstance(loaded, Dataset) else loaded
    return _of_splits(splits, path, key, columns)


def _of_splits(loaded: Mapping[str, Any], where: str, key: str, columns: Sequence[str]) -> dict[str, Source]:
    from datasets import ClassLabel

    sources = {}
    for name in SPLITS:
        split = loaded.get(name)
        if split is None:
            continue
        tables.check_columns(split.column_names, columns, where, key)
        label = split.features[columns[-1]]
        names = tuple(label.names) if isinstance(label, ClassLabel) else None
        rows = split.select_columns(list(columns)).with_format("arrow")[:]
        sources[name] = Source(rows, where, key, names)
    return sources


def _from_hub(name: str, config: str | None) -> Any:
    import datasets

    try:
        return datasets.load_dataset(name, config)
    except Exception as error:  # the hub's client raises a dozen kinds: no network, no such name, no such config
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0][:160]
        raise ConfigError(
            "recipe.data.name",
            f"is {name!r}, which can't be loaded ({reason}): without a network, name files by recipe.data.train=FILE "
            "or a folder that datasets saved",
        ) from error


def _add_content(path: Path, digest: Any) -> None:
    """Add names and content of a file, or of all the files of a folder."""
    for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
        if file.is_file():
            digest.update(os.fsencode(file.relative_to(path) if path.is_dir() else file.suffix))
            with file.open("rb") as content:
                while block := content.read(1 << 20):
                    digest.update(block)
