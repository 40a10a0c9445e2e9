"""Labelled text that people bring: what is read, and what is refused in a line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from datasets import ClassLabel, Dataset, DatasetDict
from helpers.settings import resolved

from sweep.errors import ConfigError
from sweep.recipes.data import labelled_text, text_sources

LABELS = ["pos", "neg", "neutral"]


def rows(count: int = 60) -> pd.DataFrame:
    texts = [f"number {row} of a few" for row in range(count)]
    return pd.DataFrame({"text": texts, "other": texts[::-1], "label": [LABELS[row % 3] for row in range(count)]})


WRITERS: dict[str, Callable[[pd.DataFrame, Path], object]] = {
    "csv": lambda table, path: table.to_csv(path, index=False),
    "tsv": lambda table, path: table.to_csv(path, index=False, sep="\t"),
    "jsonl": lambda table, path: table.to_json(path, orient="records", lines=True),
    "parquet": lambda table, path: table.to_parquet(path),
    "saved": lambda table, path: Dataset.from_pandas(table).save_to_disk(path),
}


def data(**given: Any) -> dict[str, Any]:
    return {**resolved("recipe=text").recipe.data, "text": "text", **given}


def written(tmp_path: Path, content: str | bytes, name: str = "train.csv") -> str:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(path)


@pytest.mark.parametrize("kind", list(WRITERS))
def test_every_kind_of_file_holds_the_same_corpus(kind: str, tmp_path: Path) -> None:
    path, table = tmp_path / f"train.{kind}", rows()
    WRITERS[kind](table, path)
    read = labelled_text.read(data(train=str(path), text=["text", "other"]))
    assert read.names == ("neg", "neutral", "pos")
    part = read.splits["train"]
    assert [column.to_pylist() for column in part.texts] == [table.text.tolist(), table.other.tolist()]
    assert [read.names[number] for number in part.labels] == table.label.tolist()


def test_integers_keep_their_order_and_quotes_of_a_tsv_may_be_plain_letters(tmp_path: Path) -> None:
    path = written(tmp_path, 'text\tlabel\n"a film\t10\nit was" fine\t9\n"quoted"\t10\n', "train.tsv")
    read = labelled_text.read(data(train=path))
    assert read.names == ("9", "10")
    assert read.splits["train"].labels.tolist() == [1, 0, 1]
    assert read.splits["train"].texts[0].to_pylist()[0] == '"a film'


def test_a_saved_data_set_brings_its_splits_and_class_names(tmp_path: Path) -> None:
    table = rows(30)
    split = Dataset.from_pandas(table).cast_column("label", ClassLabel(names=LABELS))
    hidden = split.select(range(3)).map(lambda row: {"label": -1})
    DatasetDict({"train": split, "validation": split.select(range(9)), "test": hidden}).save_to_disk(tmp_path / "d")
    read = labelled_text.read(data(train=str(tmp_path / "d")))
    assert read.names == tuple(LABELS)
    assert set(read.splits) == {"train", "validation"}  # a test split whose labels are secret is none


HEAD = "text,label\n"
REFUSED: dict[str, tuple[str | bytes, str]] = {
    "a missing column": ("words,label\na,x\n", "has no column text; it has: words, label"),
    "a broken row": (HEAD + "a,x\nb,y,z\n", "row 2 has 3 columns and the header 2"),
    "an empty text": (HEAD + "a,x\n  ,y\n", "a row with no text in column 'text' (the first is row 2)"),
    "a missing label": (HEAD + "a,x\nb,\n", "row 2 has no label"),
    "one class only": (HEAD + "a,x\nb,x\n", "every row has the label 'x'"),
    "another encoding": (HEAD.encode() + "a,x\nb\xe9,y\n".encode("latin-1"), "not utf-8 text (line 3)"),
    "no rows": (HEAD, "has no rows"),
    "nothing at all": ("", "is empty"),
}


@pytest.mark.parametrize("what", list(REFUSED))
def test_data_that_can_not_be_used_are_refused_in_a_line(what: str, tmp_path: Path) -> None:
    content, said = REFUSED[what]
    with pytest.raises(ConfigError) as refused:
        labelled_text.read(data(train=written(tmp_path, content)))
    assert said in str(refused.value)
    assert str(refused.value).startswith("recipe.data.train")
    assert "\n" not in str(refused.value)


def test_other_refusals_name_the_key(tmp_path: Path) -> None:
    train = written(tmp_path, HEAD + "a,x\nb,y\n")
    strange = written(tmp_path, HEAD + "c,z\n", "dev.csv")
    with pytest.raises(ConfigError, match=r"recipe\.data\.validation.*label 'z' that the training data lack.*'x', 'y'"):
        labelled_text.read(data(train=train, validation=strange))
    with pytest.raises(ConfigError, match=r"recipe\.data\.train is 'nowhere\.csv', which is not there"):
        labelled_text.read(data(train="nowhere.csv"))
    with pytest.raises(ConfigError, match=r"recipe\.data\.train.*must end in one of"):
        labelled_text.read(data(train=written(tmp_path, "x", "train.xlsx")))
    with pytest.raises(ConfigError, match=r"recipe\.data\.text has no value"):
        text_sources.text_columns(data(text=None))
    with pytest.raises(ConfigError, match=r"not a JSON object on each line.*row 1"):
        labelled_text.read(data(train=written(tmp_path, '{"text":"a","label":"x"}\n{"text":\n', "t.jsonl")))
    latin = written(tmp_path, "text,label\na,x\nb\xe9,y\n".encode("latin-1"), "latin.csv")
    assert labelled_text.read(data(train=latin, encoding="latin-1")).splits["train"].texts[0].to_pylist()[1] == "b\xe9"


def test_a_data_set_of_the_hub_without_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("datasets.config.HF_HUB_OFFLINE", True)
    with pytest.raises(ConfigError, match=r"recipe\.data\.name.*without a network.*recipe\.data\.train=FILE"):
        labelled_text.read(data(name="nobody/nothing", text=["a"]))
