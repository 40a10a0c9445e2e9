"""Images that people bring: a folder of images for each class, or a data set that `datasets` saved.

The folder of the training images may itself hold `train`, `validation` and `test`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from datasets import ClassLabel, Dataset, DatasetDict, Image, load_from_disk
from PIL import Image as Pictures
from PIL import UnidentifiedImageError

from sweep.errors import ConfigError
from sweep.recipes.data.splits import SPLITS

ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff")


class LabelledImages(NamedTuple):
    """The given splits, with the columns ``image`` and ``labels``, and the names of the classes by their number."""

    splits: Mapping[str, Dataset]
    names: tuple[str, ...]


def read(data: Mapping[str, Any]) -> LabelledImages:
    """The images that the recipe's ``data`` name. Raises `ConfigError`, naming key and file, for what can't be used."""
    folders = {split: data[split] for split in SPLITS if data[split]}
    root = Path(folders["train"])
    if (root / "dataset_dict.json").is_file() or (root / "state.json").is_file():
        return _saved(folders, data["label"])
    inner = {split: str(root / split) for split in SPLITS if (root / split).is_dir()}
    if "train" in inner:
        folders = {**inner, **{split: folder for split, folder in folders.items() if split != "train"}}
    names = _class_names(folders["train"], "recipe.data.train")
    splits = {split: _images(folder, names, f"recipe.data.{split}") for split, folder in folders.items()}
    return LabelledImages(splits, names)


def _class_names(folder: str, key: str) -> tuple[str, ...]:
    names = sorted(each.name for each in Path(folder).iterdir() if each.is_dir() and not each.name.startswith("."))
    if len(names) < 2:
        raise ConfigError(
            key, f"is {folder!r}, which has {len(names)} folders: a folder of images for each of two classes or more"
        )
    return tuple(names)


def _images(folder: str, names: tuple[str, ...], key: str) -> Dataset:
    found = {each.name for each in Path(folder).iterdir() if each.is_dir() and not each.name.startswith(".")}
    if strange := sorted(found - set(names)):
        raise ConfigError(key, f"is {folder!r}, which has the class {strange[0]!r} that the training data lack")
    files: list[str] = []
    labels: list[int] = []
    for number, name in enumerate(names):
        for file in sorted((Path(folder) / name).rglob("*")):
            if file.suffix.lower() in ENDINGS:
                _check_readable(file, key)
                files.append(str(file))
                labels.append(number)
    if not files:
        raise ConfigError(key, f"is {folder!r}, which holds no images ({', '.join(ENDINGS[:4])}, ...)")
    return Dataset.from_dict({"image": files, "labels": labels}).cast_column("image", Image())


def _check_readable(file: Path, key: str) -> None:
    try:
        with Pictures.open(file) as picture:
            picture.verify()
    except (UnidentifiedImageError, OSError, SyntaxError) as error:
        raise ConfigError(key, f"holds {str(file)!r}, which is not an image that can be read: remove it") from error


def _saved(folders: Mapping[str, str], label: str) -> LabelledImages:
    splits = _load(folders)
    features = splits["train"].features
    image = next((name for name, kind in features.items() if isinstance(kind, Image)), None)
    if image is None:
        raise ConfigError(
            "recipe.data.train", f"is {folders['train']!r}, which has no images; it has: {list(features)}"
        )
    if not isinstance(features.get(label), ClassLabel):
        raise ConfigError(
            "recipe.data.label", f"is {label!r}, which is not a column of classes; there are: {list(features)}"
        )
    columns = {image: "image", label: "labels"}
    renamed = {split: rows.select_columns([*columns]).rename_columns(columns) for split, rows in splits.items()}
    return LabelledImages(renamed, tuple(features[label].names))


def _load(folders: Mapping[str, str]) -> dict[str, Dataset]:
    splits: dict[str, Dataset] = {}
    for split, folder in folders.items():
        loaded = load_from_disk(folder)
        if not isinstance(loaded, DatasetDict):
            splits[split] = loaded
        elif split == "train":
            splits |= {name: loaded[name] for name in SPLITS if name in loaded}
        else:
            splits[split] = loaded.get(split) or next(iter(loaded.values()))
    if "train" not in splits:
        raise ConfigError("recipe.data.train", f"is {folders['train']!r}, which has no split called train")
    return splits
