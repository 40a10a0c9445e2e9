"""Images that people bring: folders of classes or a saved data set, and any ViT-like checkpoint."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from datasets import ClassLabel, Dataset, Features
from datasets import Image as ImageFeature
from helpers.settings import built, resolved
from PIL import Image
from transformers import ViTConfig, ViTImageProcessor, ViTModel

from sweep import engines
from sweep.engines.job import TrainingJob
from sweep.errors import ConfigError
from sweep.recipes.task import Task


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiny")
    shape = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    ViTModel(ViTConfig(image_size=8, patch_size=4, **shape)).save_pretrained(folder)
    ViTImageProcessor(size={"height": 8, "width": 8}).save_pretrained(folder)
    return folder


def picture(kind: int, seed: int) -> Image.Image:
    noise = np.random.default_rng(seed).integers(0, 60, size=(12, 10, 3), dtype=np.uint8)
    noise[..., kind] += 180
    return Image.fromarray(noise)


def folders(root: Path, count: int = 20, names: tuple[str, ...] = ("red", "green")) -> Path:
    for kind, name in enumerate(names):
        (root / name).mkdir(parents=True)
        for i in range(count):
            picture(kind, i).save(root / name / f"{i}.{'png' if i % 2 else 'jpg'}")
    return root


def build(train: Path, tiny: Path, *more: str) -> Task:
    return built("recipe=image", f"recipe.data.train={train}", f"recipe.model.checkpoint={tiny}", *more)


def test_a_folder_of_classes_is_split_and_trains(tmp_path: Path, tiny: Path) -> None:
    root = folders(tmp_path / "images")
    task = build(root, tiny)
    assert (len(task.train), len(task.validation), len(task.test)) == (28, 6, 6)
    batch = task.collate([task.train[i] for i in range(4)])
    assert batch["pixel_values"].shape == (4, 3, 8, 8)
    config = resolved("recipe=image", f"recipe.data.train={root}", f"recipe.model.checkpoint={tiny}", "train.epochs=2")
    seen: list[str] = []
    job = TrainingJob(task, config.train, 0, "cpu", tmp_path)
    for engine in ("trainer", "loop"):
        result = engines.train(engine, job, lambda step, values: bool(seen.extend(values)))
        assert 0 <= result.test["test_acc"] <= 1
    assert "val_f1" in seen


def test_folders_of_splits(tmp_path: Path, tiny: Path) -> None:
    folders(tmp_path / "train")
    folders(tmp_path / "validation", 5)
    task = build(tmp_path, tiny, "recipe.data.max_examples=8")
    assert (len(task.train), len(task.validation), len(task.test)) == (8, 8, 6)


def test_a_saved_data_set(tmp_path: Path, tiny: Path) -> None:
    kinds = [i % 2 for i in range(30)]
    features = Features({"img": ImageFeature(), "label": ClassLabel(names=["red", "green"])})
    rows = {"img": [picture(kind, i) for i, kind in enumerate(kinds)], "label": kinds}
    Dataset.from_dict(rows, features=features).save_to_disk(tmp_path / "saved")
    task = build(tmp_path / "saved", tiny)
    assert task.model().config.id2label == {0: "red", 1: "green"}
    assert torch.isfinite(task.model()(**task.collate([task.train[0], task.train[1]])).loss)


def test_what_can_not_be_used_is_refused(tmp_path: Path, tiny: Path) -> None:
    def refused(said: str, train: Path, *more: str) -> None:
        with pytest.raises(ConfigError, match=said):
            build(train, tiny, *more)

    refused("which is not a folder", tmp_path / "nowhere")
    refused("a folder of images for each of two classes", tmp_path)
    one = folders(tmp_path / "one", 3, ("red",))
    refused("which has 1 folders", one)
    both = folders(tmp_path / "both", 4)
    strange = folders(tmp_path / "strange", 2, ("blue", "red"))
    refused("has the class 'blue' that the training data lack", both, f"recipe.data.validation={strange}")
    (both / "red" / "broken.png").write_bytes(b"no picture")
    refused(r"broken\.png.*not an image that can be read", both)
