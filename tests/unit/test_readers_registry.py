"""A format from outside the package, given to the public registry."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sweep.curves import Curves
from sweep.readers import Head, History, Reader, histories, read, register, unregister
from sweep.readers.detect import READERS

MAGIC = "%PUNCH-CARDS"


def _sniff(head: Head) -> bool:
    return head.text.startswith(MAGIC)


def _read(path: Path, name: str, columns: object) -> Iterator[History]:
    values = [float(card) for card in path.read_text().split()[1:]]
    yield History(str(path), name, Curves.of(train_loss=values), {"train_loss": "card"})


def _find(folder: Path, names: frozenset[str]) -> Path | None:
    return folder / "deck.cards" if "deck.cards" in names else None


@pytest.fixture
def cards() -> Iterator[Reader]:
    reader = Reader("punch cards", _sniff, _read, _find)
    register(reader)
    yield reader
    unregister("punch cards")


def test_a_reader_from_outside_reads_its_files(tmp_path, cards):
    (tmp_path / "run7").mkdir()
    path = tmp_path / "run7" / "deck.cards"
    path.write_text(f"{MAGIC} 3 2 1\n")
    [history] = read(path)
    assert history.curves["train_loss"].values.tolist() == [3, 2, 1]
    assert [item.id for item in histories(str(tmp_path), {})] == ["run7"]


def test_it_is_tried_before_those_inside(tmp_path, cards):
    assert READERS[0] is cards
    path = tmp_path / "loss.csv"
    path.write_text("epoch,loss\n1,2\n2,1\n")
    assert read(path)[0].columns["train_loss"] == "loss"


def test_a_name_is_taken_once(cards):
    with pytest.raises(ValueError, match="named 'punch cards' is there already"):
        register(cards)


def test_every_format_has_a_name_of_its_own():
    names = [reader.name for reader in READERS]
    assert len(set(names)) == len(names)
