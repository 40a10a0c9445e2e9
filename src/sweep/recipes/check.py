"""What can be told to be wrong with a recipe before anything is made: files, columns, labels, checkpoint. No torch."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sweep import recipes
from sweep.config.schema import Recipe
from sweep.errors import ConfigError

_seen: dict[str, int | None] = {}


def check(recipe: Recipe) -> int | None:
    """How many training examples the user's data hold, where that can be told; None where it can't, or need not be.

    Raises `ConfigError` for the first thing that is wrong; a recipe that was found right is not looked at again.
    """
    said = json.dumps(asdict(recipe), sort_keys=True, default=str)
    if said not in _seen:
        recipes.module(recipe.family)
        if recipe.metrics:
            from sweep.recipes import metrics

            metrics.check(recipe.metrics)
        look = _LOOKS.get(recipe.family)
        _seen[said] = look(recipe.data, recipe.model) if look else None
    return _seen[said]


def _text(data: Mapping[str, Any], model: Mapping[str, Any]) -> int | None:
    from sweep.recipes import pretrained
    from sweep.recipes.data import labelled_text, splits

    labelled_text.columns(data)
    pretrained.check(model["checkpoint"])
    if data["name"]:  # a data set of the hub is fetched by the trial
        return None
    labels = {name: part.labels for name, part in labelled_text.read(data).parts.items()}
    return len(splits.part(labels, 0, data["max_examples"])["train"][1])


def _image(data: Mapping[str, Any], model: Mapping[str, Any]) -> None:
    from sweep.recipes import pretrained

    if not data["train"]:
        raise ConfigError("recipe.data.train", "has no value: name a folder of images, or one that datasets saved")
    for part in ("train", "validation", "test"):
        if data[part] and not Path(data[part]).is_dir():
            raise ConfigError(f"recipe.data.{part}", f"is {data[part]!r}, which is no folder (looked in {Path.cwd()})")
    pretrained.check(model["checkpoint"])


def _language(data: Mapping[str, Any], model: Mapping[str, Any]) -> None:
    for part in ("train", "validation", "test"):
        if data[part] and not Path(data[part]).is_file():
            raise ConfigError(f"recipe.data.{part}", f"is {data[part]!r}, which is no file (looked in {Path.cwd()})")


def _translation(data: Mapping[str, Any], model: Mapping[str, Any]) -> None:
    from sweep.recipes.data import tables

    for part in ("train", "validation", "test"):
        if data[part]:
            tables.check(data[part], f"recipe.data.{part}", (data["source"], data["target"]), data["encoding"])


_LOOKS: dict[str, Callable[[Mapping[str, Any], Mapping[str, Any]], int | None]] = {
    "text": _text,
    "image": _image,
    "language": _language,
    "translation": _translation,
}
