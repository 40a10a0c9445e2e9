"""Classes of images: any ViT-like checkpoint with its image processor, on a folder of images or a data set on disk.

A folder holds a folder for each class, or `train`, `validation` and `test` with such folders in them.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from datasets import ClassLabel, Dataset, DatasetDict, Image, load_from_disk
from PIL import Image as Pictures
from PIL import UnidentifiedImageError
from transformers import AutoImageProcessor, AutoModelForImageClassification

from sweep.config.schema import Recipe
from sweep.errors import ConfigError
from sweep.recipes import pretrained
from sweep.recipes.data import splits
from sweep.recipes.data.labelled_text import PARTS
from sweep.recipes.task import Task, classification

ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff")


def build(recipe: Recipe, seed: int) -> Task:
    """The task of one seed: what is not given as a folder is split off, by the seed and with the classes in shares."""
    data, shape = recipe.data, recipe.model
    given, names = _given(data)
    folder = pretrained.local(shape["checkpoint"])
    processor = _processor(folder)
    config = pretrained.shaped(folder, shape["dropout"])
    config.num_labels = len(names)
    config.id2label, config.label2id = dict(enumerate(names)), {name: i for i, name in enumerate(names)}
    config.problem_type = "single_label_classification"
    labels = {part: np.asarray(rows["labels"][:], dtype=np.int64) for part, rows in given.items()}
    if len(np.unique(labels["train"])) < 2:
        raise ConfigError("recipe.data.train", f"is {data['train']!r}, which has one class only")
    parts = splits.part(labels, seed, data["max_examples"])
    model, notes = pretrained.maker(AutoModelForImageClassification, folder, config, "the classes of an image")

    def collate(examples: list[Mapping[str, Any]]) -> dict[str, torch.Tensor]:
        pictures = [example["image"].convert("RGB") for example in examples]
        batch: dict[str, torch.Tensor] = dict(processor(pictures, return_tensors="pt"))
        return batch | {"labels": torch.tensor([int(example["labels"]) for example in examples])}

    def select(part: str) -> Dataset:
        source, rows = parts[part]
        return given[source].select(rows)

    return classification(
        train=select("train"),
        validation=select("validation"),
        test=select("test"),
        model=model,
        collate=collate,
        recipe=recipe,
        notes=notes,
    )


def _given(data: Mapping[str, Any]) -> tuple[dict[str, Dataset], tuple[str, ...]]:
    """The splits that there are, with the columns ``image`` and ``labels``, and the names of the classes."""
    if not data["train"]:
        raise ConfigError("recipe.data.train", "has no value: name a folder of images, or one that datasets saved")
    places = {part: data[part] for part in PARTS if data[part]}
    for part, place in places.items():
        if not Path(place).is_dir():
            raise ConfigError(f"recipe.data.{part}", f"is {place!r}, which is no folder (looked in {Path.cwd()})")
    root = Path(data["train"])
    if (root / "dataset_dict.json").is_file() or (root / "state.json").is_file():
        return _saved(places, data)
    inner = [part for part in PARTS if (root / part).is_dir()]
    if "train" in inner:
        places = {part: str(root / part) for part in inner} | {p: at for p, at in places.items() if p != "train"}
    names = _classes(places["train"], "recipe.data.train")
    return {part: _pictures(place, names, f"recipe.data.{part}") for part, place in places.items()}, names


def _classes(place: str, key: str) -> tuple[str, ...]:
    names = tuple(
        sorted(each.name for each in Path(place).iterdir() if each.is_dir() and not each.name.startswith("."))
    )
    if len(names) < 2:
        raise ConfigError(
            key, f"is {place!r}, which has {len(names)} folders: a folder of images for each of two classes or more"
        )
    return names


def _pictures(place: str, names: tuple[str, ...], key: str) -> Dataset:
    strange = sorted({each.name for each in Path(place).iterdir() if each.is_dir()} - set(names))
    if strange and not strange[0].startswith("."):
        raise ConfigError(key, f"is {place!r}, which has the class {strange[0]!r} that the training data lack")
    files, labels = [], []
    for number, name in enumerate(names):
        for file in sorted((Path(place) / name).rglob("*")):
            if file.suffix.lower() in ENDINGS:
                _readable(file, key)
                files.append(str(file))
                labels.append(number)
    if not files:
        raise ConfigError(key, f"is {place!r}, which holds no images ({', '.join(ENDINGS[:4])}, ...)")
    return Dataset.from_dict({"image": files, "labels": labels}).cast_column("image", Image())


def _readable(file: Path, key: str) -> None:
    try:
        with Pictures.open(file) as picture:
            picture.verify()
    except (UnidentifiedImageError, OSError, SyntaxError) as error:
        raise ConfigError(key, f"holds {str(file)!r}, which is no image that can be read: take it out") from error


def _saved(places: Mapping[str, str], data: Mapping[str, Any]) -> tuple[dict[str, Dataset], tuple[str, ...]]:
    splits: dict[str, Dataset] = {}
    for part, place in places.items():
        loaded = load_from_disk(place)
        if isinstance(loaded, DatasetDict):
            found = {name: loaded[name] for name in PARTS if name in loaded}
            splits |= found if part == "train" else {part: found.get(part) or next(iter(loaded.values()))}
        else:
            splits[part] = loaded
    if "train" not in splits:
        raise ConfigError("recipe.data.train", f"is {places['train']!r}, which has no split called train")
    features, label = splits["train"].features, data["label"]
    image = next((name for name, kind in features.items() if isinstance(kind, Image)), None)
    if image is None:
        raise ConfigError("recipe.data.train", f"is {places['train']!r}, which has no images; it has: {list(features)}")
    if not isinstance(features.get(label), ClassLabel):
        raise ConfigError(
            "recipe.data.label", f"is {label!r}, which is no column of classes; there are: {list(features)}"
        )
    names = tuple(features[label].names)
    return {
        part: rows.select_columns([image, label]).rename_columns({image: "image", label: "labels"})
        for part, rows in splits.items()
    }, names


def _processor(folder: Path) -> Any:
    try:
        return AutoImageProcessor.from_pretrained(folder, use_fast=False, trust_remote_code=False)
    except (OSError, ValueError, ImportError) as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0][:160]
        raise ConfigError(
            pretrained.KEY, f"is {str(folder)!r}, which has no image processor that can be used: {reason}"
        ) from error
