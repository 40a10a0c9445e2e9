"""The text recipe: the task that comes of labelled text and a checkpoint, and the checkpoints that are refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from helpers.settings import built, resolved
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    BertModel,
    PreTrainedTokenizerFast,
    T5Config,
    T5Model,
)

from sweep import recipes
from sweep.errors import ConfigError
from sweep.recipes import pretrained, pretrained_check
from sweep.recipes.data import token_cache
from sweep.recipes.task import Task
from sweep.recipes.text import collate

WORDS = ["good", "bad", "fine", "poor", "film", "book", "play", "the", "a", "was", "is", "very", "not", "really"]
LABELS = ["pos", "neg", "neutral"]


def rows(count: int = 60) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    texts = [" ".join(rng.choice(WORDS, size=int(rng.integers(3, 9)))) for _ in range(count)]
    return pd.DataFrame({"text": texts, "other": texts[::-1], "label": [LABELS[i % 3] for i in range(count)]})


def write_csv(table: pd.DataFrame, path: Path) -> None:
    table.to_csv(path, index=False)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An encoder without a head, as encoders are published, of a few thousand weights."""
    folder = tmp_path_factory.mktemp("tiny")
    names = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *WORDS]
    made = Tokenizer(models.WordLevel({name: i for i, name in enumerate(names)}, unk_token="[UNK]"))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    made.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    PreTrainedTokenizerFast(
        tokenizer_object=made, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]"
    ).save_pretrained(folder)
    shape = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
    BertModel(BertConfig(vocab_size=len(names), max_position_embeddings=64, **shape)).save_pretrained(folder)
    return folder


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SWEEP_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def build(train: str, tiny: Path, *more: str) -> Task:
    given = (f"recipe.data.train={train}", "recipe.data.text=text", f"recipe.model.checkpoint={tiny}")
    return built("recipe=text", *given, *more)


def test_the_task_trains_on_a_checkpoint_whose_head_is_new(tmp_path: Path, tiny: Path) -> None:
    write_csv(rows(), tmp_path / "train.csv")
    task = build(str(tmp_path / "train.csv"), tiny, "recipe.model.dropout=0.3")
    assert [len(task.train), len(task.validation), len(task.test)] == [42, 9, 9]
    assert any("head" in note for note in task.notes)
    model = task.model()
    assert model.config.id2label == {0: "neg", 1: "neutral", 2: "pos"}
    assert model.config.hidden_dropout_prob == 0.3
    batch = task.collate([task.train[i] for i in range(8)])
    assert torch.isfinite(model(**batch).loss)
    assert batch["input_ids"].shape == batch["attention_mask"].shape
    sizes = [len(row) for row in task.validation["input_ids"][:]]
    assert sizes == sorted(sizes)


def test_a_batch_is_filled_up_to_its_longest_example_on_either_side() -> None:
    examples = [{"input_ids": [5, 6, 7], "labels": 0}, {"input_ids": [8], "labels": 1}]
    right, left = collate(examples, 1), collate(examples, 1, left=True)
    assert right["input_ids"].tolist() == [[5, 6, 7], [8, 1, 1]]
    assert right["attention_mask"].tolist() == [[1, 1, 1], [1, 0, 0]]
    assert left["input_ids"].tolist() == [[5, 6, 7], [1, 1, 8]]
    assert left["attention_mask"].tolist() == [[1, 1, 1], [0, 0, 1]]


def test_text_is_tokenized_once_and_again_when_its_content_changes(
    tmp_path: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, made = tmp_path / "train.csv", []
    make = token_cache._make
    monkeypatch.setattr(token_cache, "_make", lambda *given: (made.append(given), make(*given)))
    write_csv(rows(), path)
    first, second = build(str(path), tiny), build(str(path), tiny, "seed=1")
    assert len(made) == 1
    assert len(first.train) == len(second.train)
    write_csv(rows(45), path)
    build(str(path), tiny)
    assert len(made) == 2


def test_checkpoints_that_can_not_be_used_are_refused_in_a_line(
    tmp_path: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(folder: Path | str | None, said: str) -> None:
        with pytest.raises(ConfigError, match=said):
            pretrained_check.check(None if folder is None else str(folder))

    refused(None, "has no value")
    refused(tmp_path / "nowhere", "is not there")
    refused(tmp_path, r"no config\.json")
    (tmp_path / "config.json").write_text("{}")
    refused(tmp_path, "has no weights")
    (tmp_path / "pytorch_model.bin").write_bytes(b"")
    refused(tmp_path, r"only as pytorch_model\.bin, which can run code")
    (tmp_path / "model.safetensors").write_bytes(b"\xff" * 20)
    refused(tmp_path, "not a whole safetensors file")
    (tmp_path / "model.safetensors").write_bytes((tiny / "model.safetensors").read_bytes()[:-1])
    refused(tmp_path, "not fully covered")
    (tmp_path / "model.safetensors").write_bytes((tiny / "model.safetensors").read_bytes())
    index = tmp_path / "model.safetensors.index.json"
    index.write_text('{"weight_map": {"a": "model.safetensors", "b": "model-2.safetensors"}}')
    refused(tmp_path, r"lacks model-2\.safetensors of its weights")
    monkeypatch.setattr(pretrained_check, "_free_memory", lambda: 1000)
    refused(tiny, "GB of memory are free")


def test_a_checkpoint_without_a_vocabulary_is_refused(tmp_path: Path, tiny: Path) -> None:
    for name in ("config.json", "model.safetensors"):
        (tmp_path / name).write_bytes((tiny / name).read_bytes())
    write_csv(rows(), tmp_path / "train.csv")
    with pytest.raises(ConfigError, match=r"no vocabulary|no tokenizer"):
        build(str(tmp_path / "train.csv"), tmp_path)


def test_epochs_are_fitted_to_the_examples_that_there_are_unless_typed(tmp_path: Path, tiny: Path) -> None:
    def epochs(*more: str) -> int:
        given = resolved("recipe=text", "recipe.reference.examples=168", "recipe.reference.epochs=4", *more)
        return given.train.epochs

    write_csv(rows(), tmp_path / "train.csv")
    looked_at = resolved(
        "recipe=text", f"recipe.data.train={tmp_path / 'train.csv'}", "recipe.data.text=text",
        f"recipe.model.checkpoint={tiny}",
    )  # fmt: skip
    assert recipes.check(looked_at.recipe) == 42
    assert epochs() == 4
    assert epochs("recipe.sizes.train=42") == 16  # as many steps
    assert epochs("recipe.sizes.train=672") == 2  # twice the steps on four times the examples
    assert epochs("recipe.sizes.train=42", "+regime=overfit") == 96
    assert epochs("recipe.sizes.train=42", "train.epochs=3") == 3


def test_an_architecture_without_the_head_is_refused(tmp_path: Path, tiny: Path) -> None:
    from transformers import AutoModelForImageClassification

    config = pretrained.load_config(tiny, None)
    with pytest.raises(ConfigError, match="'bert', which has no head for images"):
        pretrained.load_model(AutoModelForImageClassification, tiny, config, "images")


def test_weights_of_another_model_are_refused(tmp_path: Path, tiny: Path) -> None:
    from transformers import AutoModelForSequenceClassification

    T5Model(T5Config(vocab_size=20, d_model=8, d_kv=4, d_ff=8, num_layers=1, num_heads=2)).save_pretrained(tmp_path)
    config = BertConfig(vocab_size=20, hidden_size=8, intermediate_size=8, num_hidden_layers=1, num_attention_heads=2)
    config.save_pretrained(tmp_path)
    with pytest.raises(ConfigError, match="those of another model"):
        pretrained.load_model(AutoModelForSequenceClassification, tmp_path, config, "text")


def test_a_head_of_other_classes_is_made_anew(tmp_path: Path) -> None:
    from transformers import AutoModelForSequenceClassification

    shape = {"hidden_size": 8, "intermediate_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2}
    BertForSequenceClassification(BertConfig(vocab_size=20, num_labels=2, **shape)).save_pretrained(tmp_path)
    config = pretrained.load_config(tmp_path, None, num_labels=5)
    model, missing = pretrained.load_model(AutoModelForSequenceClassification, tmp_path, config, "text")
    assert model.classifier.out_features == 5
    assert "classifier.weight" in missing


def test_a_name_on_the_hub_without_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(ConfigError, match=r"recipe\.model\.checkpoint.*without a network"):
        pretrained.local_folder("nobody/nothing-of-this-name")
