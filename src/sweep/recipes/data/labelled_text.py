"""Labelled text that people bring: one or two columns of text and one of labels.

Everything about the data that can be wrong is found here, without torch: it takes a second for 100,000 rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sweep.errors import ConfigError
from sweep.recipes.data import tables, text_sources
from sweep.recipes.data.text_sources import Source

SHOWN = 8  # names in a message
NO_LABEL = -1  # what data sets give the rows of a test split whose labels are kept secret


@dataclass(frozen=True)
class TextSplit:
    """One split: a column or two of text, and the number of each row's class, shape ``(rows,)``."""

    texts: tuple[pa.ChunkedArray, ...]
    labels: NDArray[np.int64]


@dataclass(frozen=True)
class Corpus:
    """The given splits, and the names of the classes by their number."""

    splits: Mapping[str, TextSplit]
    names: tuple[str, ...]


def read(data: Mapping[str, Any]) -> Corpus:
    """The whole corpus that the recipe's ``data`` name.

    Raises `ConfigError`, naming key and row, for the first thing that can't be used.
    """
    columns = text_sources.text_columns(data)
    sources = text_sources.read(data, [*columns, data["label"]])
    labels = {split: _labels(source, data["label"]) for split, source in sources.items()}
    names = next((source.names for source in sources.values() if source.names), None)
    if names is None:
        classes = _sorted_classes(labels["train"])
        names = tuple(str(value) for value in classes)
    else:
        classes = list(range(len(names)))
        if "test" in sources and set(labels["test"].to_pylist()) == {NO_LABEL}:
            del sources["test"]
    splits = {
        split: TextSplit(_texts(source, columns), _class_numbers(labels[split], classes, source))
        for split, source in sources.items()
    }
    _check_classes(splits["train"], names, sources["train"], data["label"])
    return Corpus(splits, names)


def _texts(source: Source, columns: Sequence[str]) -> tuple[pa.ChunkedArray, ...]:
    return tuple(tables.text(source.rows, column, source.where, source.key) for column in columns)


def _labels(source: Source, column: str) -> pa.ChunkedArray:
    """The labels, integers where all of them are, else text. Raises `ConfigError` where a row has none."""
    values = source.rows[column]
    if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
        values = pc.utf8_trim_whitespace(values)
        missing = pc.or_kleene(pc.is_null(values), pc.equal(values, ""))
    else:
        missing = pc.is_null(values)
    if pc.any(missing).as_py():
        row = pc.index(missing, True).as_py() + 1
        raise ConfigError(source.key, f"is {source.where!r}, where row {row} has no label in column {column!r}")
    if pa.types.is_boolean(values.type):
        return values.cast(pa.string())
    try:
        return values.cast(pa.int64())
    except pa.ArrowInvalid:
        if pa.types.is_floating(values.type):
            raise ConfigError(
                "recipe.data.label", f"is {column!r}, which holds numbers, not classes (in {source.where!r})"
            ) from None
        return values


def _sorted_classes(labels: pa.ChunkedArray) -> list[Any]:
    return sorted(pc.unique(labels).to_pylist())


def _class_numbers(labels: pa.ChunkedArray, classes: list[Any], source: Source) -> NDArray[np.int64]:
    """Each label's place among the classes. Raises `ConfigError` for one that the training rows lack."""
    as_text = labels.cast(pa.string())
    known = [str(value) for value in classes]
    numbers = pc.index_in(as_text, value_set=pa.array(known))
    strange = sorted(set(pc.filter(as_text, pc.is_null(numbers)).to_pylist()))
    if strange:
        raise ConfigError(
            source.key,
            f"is {source.where!r}, which has the label {_some(strange)} that the training data lack; "
            f"they have {_some(known)}",
        )
    return np.asarray(numbers.to_numpy(), dtype=np.int64)


def _check_classes(train: TextSplit, names: Sequence[str], source: Source, column: str) -> None:
    found = np.unique(train.labels)
    if len(found) < 2:
        raise ConfigError(
            source.key,
            f"is {source.where!r}, where every row has the label {names[found[0]]!r} in column {column!r}: "
            "give data of two classes or more",
        )


def _some(names: Sequence[str]) -> str:
    """The first few names, quoted."""
    return ", ".join(map(repr, names[:SHOWN])) + (", ..." if len(names) > SHOWN else "")
