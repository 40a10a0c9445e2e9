"""What `sweep.diagnose` says of how a log was understood, and where it takes logs from."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from helpers.json_lines import strict
from helpers.log_run import TRAIN, VAL, Kind

import sweep
from sweep.cli import diagnose
from sweep.readers import UnreadableError

RUN = Kind("Epoch {e}: train_loss={t} val_loss={v} gpu_load=0.{e}").text


def call(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    status = diagnose.main([str(argument) for argument in arguments])
    said = capsys.readouterr()
    return status, said.out, said.err


def words(text: str) -> str:
    """The words of a panel, without its frame."""
    return " ".join(text.replace("│", " ").split())


class Piped(io.StringIO):
    """Standard input with bytes behind it."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self.buffer = io.BytesIO(data)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "train.log"
    path.write_text(RUN)
    return path


def test_a_panel_tells_names_points_and_what_was_passed_over(log, capsys):
    status, out, err = call(capsys, log)
    assert (status, err) == (diagnose.ALL_READ, "")
    assert "read train_loss from 'train_loss' (6), val_loss from 'val_loss' (6)" in words(out)
    assert "passed over gpu_load" in words(out)


def test_json_tells_columns_and_points(log, capsys):
    _, out, _ = call(capsys, "--json", log)
    [found] = strict(out)
    assert found["columns"] == {"train_loss": "train_loss", "val_loss": "val_loss", "epoch": "epoch"}
    assert found["points"] == {"train_loss": 6, "val_loss": 6, "epoch": 6}
    assert found["passed_over"] == ["gpu_load"]
    assert found["notes"] == []


def test_a_table_of_runs_tells_how_they_were_read(tmp_path, capsys):
    for number in range(5):
        (tmp_path / f"run{number}.log").write_text(RUN)
    _, out, _ = call(capsys, tmp_path)
    assert "read in 5 of them: train_loss from 'train_loss' (6)" in words(out)


def test_columns_overrule_the_names(log, capsys):
    _, out, _ = call(capsys, "--json", "--columns", "train_loss=val_loss,val_loss=train_loss", log)
    assert strict(out)[0]["columns"]["train_loss"] == "val_loss"


@pytest.mark.parametrize(
    "text",
    [RUN, "epoch,loss,val_loss\n" + "".join(f"{e},{t},{v}\n" for e, t, v in zip(range(6), TRAIN, VAL, strict=True))],
)
def test_standard_input(capsys, monkeypatch, text):
    monkeypatch.setattr("sys.stdin", Piped(text.encode()))
    status, out, err = call(capsys, "--json", "-")
    assert (status, err) == (diagnose.ALL_READ, "")
    [found] = strict(out)
    assert (found["source"], found["id"]) == ("-", "standard input")
    assert found["points"]["val_loss"] == 6


def test_standard_input_without_a_log(capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", Piped(b"Dear all,\nplease find attached 3 files.\n"))
    status, _, err = call(capsys, "-")
    assert status == diagnose.NONE_READ
    assert err.startswith("sweep.diagnose: -: holds no training log")
    assert err.count("\n") == 1


def test_a_pattern_in_quotes(tmp_path, capsys):
    for number in (10, 9):
        (tmp_path / f"seed{number}").mkdir()
        (tmp_path / f"seed{number}" / "out.log").write_text(RUN)
    _, out, _ = call(capsys, "--json", tmp_path / "seed*" / "*.log")
    assert [Path(str(found["source"])).parent.name for found in strict(out)] == ["seed9", "seed10"]
    status, _, err = call(capsys, tmp_path / "*.nothing")
    assert status == diagnose.NONE_READ
    assert "no file or folder has such a name" in err


def test_a_folder_says_in_a_line_what_was_left_out(tmp_path, log, capsys):
    (tmp_path / "requirements.txt").write_text("torch==2.1.0\n")
    (tmp_path / "photo.png").write_bytes(b"\x89PNG")
    status, out, err = call(capsys, "--json", tmp_path)
    assert status == diagnose.ALL_READ
    assert len(strict(out)) == 1
    assert err == f"sweep.diagnose: {tmp_path}: left out: 1 no log, 1 not named as a log\n"


def test_the_part_that_is_worst_off_is_named(tmp_path, capsys):
    path = tmp_path / "train.log"
    rows = []
    for epoch in range(1, 41):
        box, rising = 3 / epoch + 1, 0.5 + 0.05 * max(0, epoch - 8)
        rows.append(f"epoch {epoch}: train/box_loss {box:.4f} val/box_loss {box:.4f} train/cls_loss {1 / epoch:.4f} "
                    f"val/cls_loss {rising + 1 / epoch:.4f}")  # fmt: skip
    path.write_text("\n".join(rows))
    _, out, _ = call(capsys, "--json", path)
    [found] = strict(out)
    assert found["part"] == "cls"
    assert found["columns"]["val_loss"] == "val/cls_loss"
    assert any("worst off" in note for note in found["notes"])


def test_control_characters_never_reach_the_terminal(tmp_path, capsys):
    name = "\x1b]0;owned\x07\x1b[2J\u202e"
    lines = [{"id": name, "train_loss": [3, 2, 1], f"val_loss{name}": [3, 2, 1], "config": name}]
    path = tmp_path / "runs\x1b[31m.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines) + "{broken \x1b[5m\n")
    for arguments in ([path], ["--json", path], [tmp_path / "\x9b31m.log"]):
        _, out, err = call(capsys, *arguments)
        assert not set(out + err) & set("\x1b\x07\x9b\u202e")
    _, out, _ = call(capsys, path)
    assert "\\x1b]0;owned" in words(out).replace(" ", "")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_any_encoding_of_the_terminal_gets_a_readable_page(tmp_path, monkeypatch, encoding):
    path = tmp_path / "runs.jsonl"
    path.write_text(json.dumps({"id": "größe 模型 ≥", "train_loss": [3, 2, 1], "val_loss": [3, 2, 1]}) + "\n")
    out = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(out, encoding=encoding))
    assert diagnose.main([str(path)]) == diagnose.ALL_READ
    assert b"\\u6a21\\u578b" in out.getvalue()


def test_from_python(log, tmp_path):
    [run] = sweep.read(log)
    assert run.curves["val_loss"].values.tolist() == list(VAL)
    assert run.points["train_loss"] == 6
    [named] = sweep.read(str(log), {"val_loss": "train_loss"})
    assert named.columns["val_loss"] == "train_loss"
    with pytest.raises(UnreadableError, match="no such file"):
        sweep.read(tmp_path / "missing.log")
    broken = tmp_path / "runs.jsonl"
    broken.write_text('{"train_loss": [2, 1]}\n{"train_loss"\n')
    with pytest.warns(UserWarning, match="no JSON"):
        assert len(sweep.read(broken)) == 1
