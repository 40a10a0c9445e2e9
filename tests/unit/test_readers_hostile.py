"""Files made to hurt: what is made of them is bounded, nothing beside them is touched, nothing waits for ever."""

from __future__ import annotations

import gzip
import json
import os
import sqlite3
import struct
from pathlib import Path

import pytest

from sweep.readers import History, Note, Problem, histories

GIB = 2**30


def problem(path: Path) -> str:
    found = list(histories(str(path), {}))
    assert found
    assert isinstance(found[-1], Problem), found
    return found[-1].reason


def test_pipes_devices_and_links_in_a_folder_are_passed_over(tmp_path):
    folder = tmp_path / "runs"
    folder.mkdir()
    os.mkfifo(folder / "waits.log")
    secret = tmp_path / "secret.csv"
    secret.write_text("epoch,loss\n1,2\n2,1\n")
    (folder / "leads_out.csv").symlink_to(secret)
    (folder / "zero.log").symlink_to("/dev/zero")
    (folder / "loss.csv").write_text("epoch,loss\n1,2\n2,1\n")
    (folder / "photo.png").write_bytes(b"\x89PNG")
    history, note = histories(str(folder), {})
    assert isinstance(history, History)
    assert history.id == "loss"
    assert isinstance(note, Note)
    assert note.reason == "left out: 2 links, 1 not named as a log, 1 pipes or devices"


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("/dev/zero")], ids=["pipe", "device"])
def test_a_pipe_or_a_device_itself_is_refused(tmp_path, make):
    path = tmp_path / "train.log"
    make(path)
    assert problem(path) == "is no regular file"


def test_rows_without_end_are_thinned_out(tmp_path, monkeypatch):
    monkeypatch.setattr("sweep.readers.row_log.ROOM", 4000)
    monkeypatch.setattr("sweep.readers.row_log.BLOCK", 1000)
    path = tmp_path / "train.log"
    lines = [f"step {step}: loss {1 / (step + 1):.6f}" for step in range(20000)]
    lines[499::500] = [f"step {step}: val loss 2" for step in range(499, 20000, 500)]
    path.write_text("\n".join(lines))
    [history] = histories(str(path), {})
    assert isinstance(history, History)
    steps = (history.curves["batch_loss"] if "batch_loss" in history.curves else history.curves["train_loss"]).steps
    assert 500 < steps.size < 4000
    assert steps[0] == 0
    assert steps[-1] > 19_900
    early, late = (int(((begin <= steps) & (steps < begin + 10_000)).sum()) for begin in (0, 10_000))
    assert 0.5 < early / late < 2
    assert history.curves["val_loss"].steps.tolist() == list(range(499, 20000, 500))
    assert any("thinned" in note for note in history.notes)


def varint(number: int) -> bytes:
    out = b""
    while number > 127:
        out += bytes([number & 127 | 128])
        number >>= 7
    return out + bytes([number])


def field(number: int, payload: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(payload)) + payload


def record(data: bytes) -> bytes:
    return struct.pack("<QI", len(data), 0) + data + b"\0\0\0\0"


def test_an_event_file_that_asks_for_gigabytes(tmp_path):
    """A tensor of one number and eight billion elements; and a record that claims to be larger than the file."""
    version = record(struct.pack("<Bd", 9, 0.0) + field(3, b"brain.Event:2"))
    shape = field(2, field(2, varint(1 << 3) + varint(8 * GIB)))
    tensor = varint(1 << 3) + varint(1) + shape + field(5, struct.pack("<f", 1.0))
    claims = record(varint(2 << 3) + varint(3) + field(5, field(1, field(1, b"loss") + field(8, tensor))))
    plain = [
        record(
            varint(2 << 3)
            + varint(step)
            + field(5, field(1, field(1, b"loss") + varint(2 << 3 | 5) + struct.pack("<f", 1.0)))
        )
        for step in range(3)
    ]
    path = tmp_path / "events.out.tfevents.1.host"
    path.write_bytes(version + claims + b"".join(plain) + struct.pack("<QI", 29 * GIB, 0) + b"rest")
    [history] = histories(str(path), {})
    assert isinstance(history, History)
    assert history.points == {"train_loss": 3}


def test_a_damaged_record_ends_an_event_file(tmp_path):
    path = tmp_path / "events.out.tfevents.1.host"
    path.write_bytes(record(struct.pack("<Bd", 9, 0.0) + field(3, b"brain.Event:2")) + record(b"\xff" * 40))
    assert "no scalars" in problem(path)


def test_a_database_whose_view_never_ends(tmp_path):
    path = tmp_path / "trackio.db"
    with sqlite3.connect(path) as database:
        database.execute(
            "CREATE VIEW metrics AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
            "SELECT i AS id, 'a' AS run_name, i AS step, '{}' AS metrics FROM n"
        )
    database.close()
    assert "is a database" in problem(path)


def test_a_database_is_opened_to_read_alone(tmp_path, monkeypatch):
    """A table of the right name in somebody else's database: MLflow's client would create its own beside it."""
    path = tmp_path / "shop.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE metrics (id INTEGER, value REAL)")
    database.close()
    before = path.read_bytes()
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{path}")
    [found] = histories("mlflow:experiment/digits", {})
    assert isinstance(found, Problem)
    assert "no database of MLflow's" in found.reason
    assert path.read_bytes() == before
    assert [child.name for child in tmp_path.iterdir()] == ["shop.db"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (gzip.compress(b"epoch 1 loss 2\n" * 100, mtime=0), "is compressed"),
        (bytes(range(256)) * 100, "is binary"),
        (os.urandom(100_000), "is binary"),
        (b"\x89PNG\r\n\x1a\n" + os.urandom(10_000), "is binary"),
        (b"\x80\x04\x95" + os.urandom(5_000), "is binary"),
        (b" \n\t\n", "nothing but blanks"),
        (b"", "is empty"),
        (b"{" * 100_000, "JSON"),
        (b"[" * 100_000, "no training log"),
        (b'{"loss": ' + b"9" * 100_000 + b"}", "JSON"),
    ],
)
def test_what_is_no_text(tmp_path, content, said):
    path = tmp_path / "train.log"
    path.write_bytes(content)
    assert said in problem(path)


def test_a_name_of_control_characters_is_only_a_name(tmp_path):
    path = tmp_path / "log.jsonl"
    path.write_text(json.dumps({"id": "\x1b]0;owned\x07", "train_loss": [2, 1], "\x1b[2Jval_loss": [2, 1]}) + "\n")
    [history] = histories(str(path), {})
    assert isinstance(history, History)
    assert len(history.curves["train_loss"]) == 2
