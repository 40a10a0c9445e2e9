"""The corpus on disk: one compressed file a group, `SEED-NUMBER.npz`, written whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sweep.files import atomic

EVALUATED = ("train", "train_accuracy", "val", "val_accuracy", "test")
ROWS = ("single", "mean")


@dataclass(frozen=True)
class Group:
    """Facts of a group, and for each of its trainings the curves of all siblings."""

    facts: dict[str, Any]
    trainings: tuple[dict[str, np.ndarray], ...]


def path_of(folder: Path, seed: int, number: int) -> Path:
    """Where a group's file is."""
    return folder / f"{seed}-{number:05d}.npz"


def save(path: Path, facts: dict[str, Any], arrays: dict[str, np.ndarray]) -> None:
    """Write a group, whole or not at all."""
    with atomic.replacing(path) as draft, draft.open("wb") as file:
        np.savez_compressed(file, facts=np.array(json.dumps(facts)), **arrays)


def read(path: Path) -> Group:
    """The group in a file."""
    with np.load(path) as file:
        facts = json.loads(str(file["facts"]))
        count = len({name.split("/")[0] for name in file.files} - {"facts"})
        names = ("steps", "rows", *EVALUATED, *ROWS)
        trainings = tuple({name: file[f"{training}/{name}"] for name in names} for training in range(count))
    return Group(facts, trainings)


def groups(folder: Path) -> Iterator[Group]:
    """All groups in a folder, in the order of their names."""
    for path in sorted(folder.glob("*-*.npz")):
        yield read(path)
