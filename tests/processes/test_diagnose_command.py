"""`python -m sweep.diagnose` in processes of its own: streams, exit status, memory, permissions, a closed pipe."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from helpers.json_lines import healthy, lines, overfit, strict

from sweep.cli import diagnose

KEYS = {"regime", "expected", "confidence", "findings", "advice", "final", "efficiency", "generalization", "trend"}


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    clean = {key: value for key, value in os.environ.items() if not key.startswith("MLFLOW_")}
    command = [sys.executable, "-W", "error::ResourceWarning", "-m", "sweep.diagnose", *arguments]
    return subprocess.run(command, cwd=folder, env=clean, capture_output=True, text=True)


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
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == diagnose.NONE_READ
    assert "2.0 GiB" in done.stderr
    assert "line 1 is longer than" in done.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission(tmp_path):
    lines(tmp_path / "secret.jsonl", healthy()).chmod(0)
    done = run(tmp_path, "secret.jsonl")
    assert done.returncode == diagnose.NONE_READ
    assert "Permission denied" in done.stderr


def test_a_reader_that_has_seen_enough_is_no_error(tmp_path):
    lines(tmp_path / "runs.jsonl", *[healthy()] * 200)
    command = f"{sys.executable} -m sweep.diagnose --json runs.jsonl | head -c 10"
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True)
    assert done.stderr == ""
