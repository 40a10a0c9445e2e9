"""The command as its user runs it: what is on which stream, and the exit status."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from sweep.cli import diagnose
from sweep.diagnosis import REGIMES

KEYS = {"regime", "expected", "confidence", "findings", "advice", "final", "efficiency", "generalization", "trend"}


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    clean = {key: value for key, value in os.environ.items() if not key.startswith("MLFLOW_")}
    command = [sys.executable, "-W", "error::ResourceWarning", "-m", "sweep.diagnose", *arguments]
    return subprocess.run(command, cwd=folder, env=clean, capture_output=True, text=True, timeout=120)


def overfit(points: int = 60) -> dict[str, object]:
    train = [2.3 * math.exp(-step / 10) for step in range(points)]
    val = [loss + 0.2 + 0.03 * max(0, step - 15) for step, loss in enumerate(train)]
    return {"id": "deep", "train_loss": train, "val_loss": val}


def healthy(points: int = 60) -> dict[str, object]:
    loss = [2.0 * math.exp(-step / 10) + 0.3 for step in range(points)]
    return {"id": "calm", "train_loss": loss, "val_loss": [value + 0.02 for value in loss]}


def lines(path: Path, *items: object) -> Path:
    path.write_text("".join((item if isinstance(item, str) else json.dumps(item)) + "\n" for item in items))
    return path


def strict(text: str) -> list[dict[str, object]]:
    def refuse(token: str) -> None:
        raise AssertionError(f"{token} is no JSON")

    found = json.loads(text, parse_constant=refuse)
    assert isinstance(found, list)
    return found


def call(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    """The command without a process of its own."""
    status = diagnose.main([str(argument) for argument in arguments])
    said = capsys.readouterr()
    return status, said.out, said.err


def test_json_is_one_list_in_the_order_given(tmp_path):
    lines(tmp_path / "b.jsonl", healthy(), overfit())
    lines(tmp_path / "a.jsonl", overfit())
    done = run(tmp_path, "--json", "b.jsonl", "a.jsonl")
    assert (done.returncode, done.stderr) == (diagnose.ALL_READ, "")
    found = strict(done.stdout)
    assert [(item["source"], item["id"]) for item in found] == [
        ("b.jsonl", "calm"),
        ("b.jsonl", "deep"),
        ("a.jsonl", "deep"),
    ]
    assert all(set(item) >= KEYS for item in found)
    assert all(item["expected"] is None for item in found)
    assert [item["regime"] for item in found] == ["healthy", "overfit", "overfit"]
    assert not any("stop_at" in item for item in found)


def test_replay_counts_evaluation_points_from_zero(tmp_path, capsys):
    path = lines(tmp_path / "runs.jsonl", overfit(), healthy(), {"id": "blind", "train_loss": [3, 2, 1]})
    status, out, _ = call(capsys, "--json", "--replay", path)
    deep, calm, blind = strict(out)
    assert status == diagnose.ALL_READ
    val = overfit()["val_loss"]
    assert deep["best_at"] == val.index(min(val))
    assert deep["best_at"] < deep["stop_at"] < 60
    assert calm["best_at"] == 59
    assert (blind["stop_at"], blind["best_at"]) == (None, None)


def test_a_lost_run_is_strict_json(tmp_path, capsys):
    path = lines(tmp_path / "lost.jsonl", '{"train_loss": [1, NaN, NaN], "val_loss": [null, Infinity, null]}')
    status, out, _ = call(capsys, "--json", "--replay", path)
    assert status == diagnose.ALL_READ
    assert strict(out)[0]["regime"] == "erratic"


def test_one_bad_file_does_not_spoil_the_others(tmp_path):
    lines(tmp_path / "good.jsonl", healthy())
    lines(tmp_path / "partly.jsonl", healthy(), '{"id": "x", "train_', overfit())
    (tmp_path / "half.json").write_text('{"log_history": [{"loss": 1.0, "step": 1}, {"lo')
    (tmp_path / "binary").write_bytes(bytes(range(256)) * 100)
    (tmp_path / "empty.csv").write_bytes(b"")
    (tmp_path / "words.csv").write_text("name,city\nann,rome\n")
    (tmp_path / "prose.txt").write_text("It was a dark and stormy night.\n")
    (tmp_path / "bare").mkdir()
    (tmp_path / "broken.csv").symlink_to("gone.csv")
    with (tmp_path / "huge.json").open("wb") as file:
        file.truncate(2 * 2**30)
    bad = [
        "half.json",
        "binary",
        "empty.csv",
        "words.csv",
        "prose.txt",
        "bare",
        "huge.json",
        "missing.csv",
        "broken.csv",
    ]
    bad += ["mlflow:0123456789abcdef"]
    done = run(tmp_path, "--json", *bad, "partly.jsonl", "good.jsonl")
    assert done.returncode == diagnose.SOME_FAILED
    assert [item["id"] for item in strict(done.stdout)] == ["calm", "deep", "calm"]
    told = done.stderr.splitlines()
    assert len(told) == len(bad) + 1
    for name, line in zip([*bad, "partly.jsonl:2"], told, strict=True):
        assert line.startswith(f"sweep.diagnose: {name}: ")
        assert len(line) > len(f"sweep.diagnose: {name}: ") + 5


def test_a_large_text_is_refused_in_bounded_memory(tmp_path):
    path = tmp_path / "huge.json"
    with path.open("wb") as file:
        file.write(b'{"log_history": [' + b" " * 2**16)
        file.truncate(2 * 2**30)
    path.with_suffix(".jsonl").symlink_to(path)
    command = f"ulimit -v 1500000; {sys.executable} -m sweep.diagnose huge.json huge.jsonl"
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == diagnose.NONE_READ
    assert "2.0 GiB" in done.stderr
    assert "line 1 is longer than" in done.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission(tmp_path):
    lines(tmp_path / "secret.jsonl", healthy()).chmod(0)
    done = run(tmp_path, "secret.jsonl")
    assert done.returncode == diagnose.NONE_READ
    assert "Permission denied" in done.stderr


def test_nothing_read_is_still_a_list(tmp_path, capsys):
    status, out, err = call(capsys, "--json", tmp_path / "missing.jsonl")
    assert (status, strict(out)) == (diagnose.NONE_READ, [])
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [[], ["--columns", "nonsense=x", "a.csv"], ["--columns", "val_loss", "a.csv"], ["--classes", "1", "a.csv"]],
)
def test_wrong_usage(arguments: Sequence[str], capsys):
    with pytest.raises(SystemExit) as stop:
        diagnose.main(list(arguments))
    assert stop.value.code == diagnose.NONE_READ
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err


def test_columns_reach_the_reader(tmp_path, capsys):
    (tmp_path / "log.csv").write_text("iter,nll,dev_nll\n" + "".join(f"{i},{1 / i},{2 / i}\n" for i in range(1, 9)))
    asked = "val_loss=dev_nll,train_loss=nll,step=iter"
    _, out, _ = call(capsys, "--json", "--columns", asked, tmp_path / "log.csv")
    assert strict(out)[0]["columns"] == {"val_loss": "dev_nll", "train_loss": "nll"}


def test_a_person_reads_a_panel_for_one_and_a_table_for_many(tmp_path, capsys):
    one = lines(tmp_path / "one.jsonl", overfit())
    status, out, err = call(capsys, "--replay", one)
    assert (status, err) == (diagnose.ALL_READ, "")
    assert "overfit" in out
    assert "stop at" in out
    many = lines(tmp_path / "many.jsonl", *[{**healthy(), "id": f"[b]run {number}"} for number in range(450)])
    _, out, _ = call(capsys, many)
    assert all(f"[b]run {number} " in out for number in range(450))
    assert out.count("verdict") == 1


def test_a_picture_per_run(tmp_path, capsys):
    path = lines(tmp_path / "runs.jsonl", overfit(), healthy())
    status, _, _ = call(capsys, "--plot", tmp_path / "curves.png", path)
    assert status == diagnose.ALL_READ
    for name in ("curves.png", "curves-2.png"):
        assert (tmp_path / name).read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("name", ["nowhere/curves.png", "curves.nonsense"])
def test_a_picture_that_cannot_be_written_is_refused_at_once(tmp_path, capsys, name):
    path = lines(tmp_path / "runs.jsonl", overfit())
    with pytest.raises(SystemExit) as stop:
        diagnose.main(["--plot", str(tmp_path / name), str(path)])
    assert stop.value.code == diagnose.NONE_READ
    assert "--plot" in capsys.readouterr().err


def test_a_reader_that_has_seen_enough_is_no_error(tmp_path):
    lines(tmp_path / "runs.jsonl", *[healthy()] * 200)
    command = f"{sys.executable} -m sweep.diagnose --json runs.jsonl | head -c 10"
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.stderr == ""


def test_it_starts_without_what_it_does_not_need(tmp_path):
    lines(tmp_path / "runs.jsonl", healthy())
    code = (
        "import sys; from sweep.diagnose import main; main(['--json', 'runs.jsonl']); "
        "others = {'torch', 'mlflow', 'tensorboard', 'wandb', 'pandas', 'matplotlib', 'scipy', 'rich'}; "
        "heavy = others & set(sys.modules); "
        "sys.exit(f'loaded {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


def test_every_regime_is_a_known_word(tmp_path, capsys):
    wild = {"id": "wild", "train_loss": [2, 3, 1, 4] * 10, "val_loss": [2, 4, 1, 5] * 10}
    path = lines(tmp_path / "runs.jsonl", healthy(), overfit(), wild, {"id": "short", "val_loss": [1.0]})
    _, out, _ = call(capsys, "--json", path)
    assert {item["regime"] for item in strict(out)} <= {*REGIMES, "inconclusive"}
