"""`sweep.diagnose` in this process: what is on which stream, and the exit status."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from helpers.json_lines import healthy, lines, overfit, strict

from sweep.cli import diagnose
from sweep.diagnosis import REGIMES


def call(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    """The command without a process of its own."""
    status = diagnose.main([str(argument) for argument in arguments])
    said = capsys.readouterr()
    return status, said.out, said.err


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


def test_a_page_of_all_runs(tmp_path, capsys):
    path = lines(tmp_path / "runs.jsonl", overfit(), healthy())
    page = tmp_path / "report.html"
    status, _, _ = call(capsys, "--report", page, path)
    assert status == diagnose.ALL_READ
    text = page.read_text(encoding="utf-8")
    assert "deep" in text
    assert "calm" in text
    with pytest.raises(SystemExit) as stop:  # it is there now: nothing is overwritten unasked
        diagnose.main(["--report", str(page), str(path)])
    assert stop.value.code == diagnose.NONE_READ


@pytest.mark.parametrize("name", ["nowhere/curves.png", "curves.nonsense"])
def test_a_picture_that_cannot_be_written_is_refused_at_once(tmp_path, capsys, name):
    path = lines(tmp_path / "runs.jsonl", overfit())
    with pytest.raises(SystemExit) as stop:
        diagnose.main(["--plot", str(tmp_path / name), str(path)])
    assert stop.value.code == diagnose.NONE_READ
    assert "--plot" in capsys.readouterr().err


def test_every_regime_is_a_known_word(tmp_path, capsys):
    wild = {"id": "wild", "train_loss": [2, 3, 1, 4] * 10, "val_loss": [2, 4, 1, 5] * 10}
    path = lines(tmp_path / "runs.jsonl", healthy(), overfit(), wild, {"id": "short", "val_loss": [1.0]})
    _, out, _ = call(capsys, "--json", path)
    assert {item["regime"] for item in strict(out)} <= {*REGIMES, "inconclusive"}
