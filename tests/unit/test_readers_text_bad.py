"""Logs as runs leave them: restarted, interleaved, cut off, in other spellings and encodings."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from helpers.log_run import TRAIN, VAL, Kind

from sweep.readers import History, Problem, histories

RUN = Kind("Epoch {e}: train_loss={t} val_loss={v}").text
BETTER = Kind("Epoch {e}: train_loss={t} val_loss={v}").text.replace("train_loss=0.", "train_loss=0.0")


def read(folder: Path, text: str | bytes) -> list[History]:
    path = folder / "train.log"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    found = list(histories(str(path), {}))
    assert all(isinstance(item, History) for item in found), found
    return [item for item in found if isinstance(item, History)]


def losses(history: History) -> list[float]:
    name = "train_loss" if "train_loss" in history.curves else "batch_loss"
    return [float(value) for value in history.curves[name].values]


def steps(history: History) -> list[float]:
    name = "train_loss" if "train_loss" in history.curves else "batch_loss"
    return [float(step) for step in history.curves[name].steps]


def test_a_run_that_was_started_again_is_two_runs(tmp_path):
    first, second = read(tmp_path, f"{RUN}Killed\n{BETTER}")
    assert losses(first) == list(TRAIN)
    assert losses(second)[:4] == list(TRAIN[:4])
    assert losses(second)[4] < 0.1
    assert (first.id, second.id) == ("train (run 1 of 2)", "train (run 2 of 2)")
    assert "start over" in second.notes[0]


def test_a_run_that_was_resumed_keeps_the_later_value_of_a_step(tmp_path):
    tail = "".join(f"Epoch {epoch}: train_loss=0.{9 - epoch} val_loss=1.{epoch}\n" for epoch in (4, 5, 6, 7))
    [history] = read(tmp_path, f"{RUN}resuming from runs/epoch_3.pt\n{tail}")
    assert losses(history) == [*TRAIN[:3], 0.5, 0.4, 0.3, 0.2]
    assert steps(history) == [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize("epoch", ["epoch {e} ", ""])
def test_a_counter_that_starts_again_in_each_epoch_is_counted_on(tmp_path, epoch):
    lines = [
        f"{epoch.format(e=e)}step {step}: loss {3 - e / 10 - step / 1000:.3f}"
        for e in range(5)
        for step in (10, 20, 30)
    ]
    [history] = read(tmp_path, "\n".join(lines))
    assert losses(history) == sorted(losses(history), reverse=True)
    assert steps(history) == [10.0 * count for count in range(1, 16)]


@pytest.mark.parametrize("order", ["step", "rank"])
@pytest.mark.parametrize("name", ["[rank{r}]", "rank: {r} |", "worker={r}"])
def test_of_interleaved_processes_the_first_is_read(tmp_path, name, order):
    moments = [(step, rank) for step in (10, 20, 30, 40) for rank in range(4)]
    moments.sort(key=lambda moment: moment[order == "rank"])
    lines = [f"{name.format(r=rank)} step {step} loss {2 - step / 100 + rank / 1000:.3f}" for step, rank in moments]
    [history] = read(tmp_path, "\n".join(lines))
    assert losses(history) == [1.9, 1.8, 1.7, 1.6]
    assert "12 lines of other processes" in history.notes[0]


def test_unnamed_processes_leave_one_value_a_step(tmp_path):
    lines = [
        f"{rank}: step {step} loss {2 - step / 100 + rank / 1000:.3f}" for step in (10, 20, 30) for rank in range(4)
    ]
    [history] = read(tmp_path, "\n".join(lines))
    assert steps(history) == [10, 20, 30]


def test_several_points_of_an_epoch_are_spread_over_it(tmp_path):
    lines = [f"Epoch {e}\nloss: {3 - e:.1f}\nloss: {2.8 - e:.1f}\nval loss: {2.9 - e:.1f}" for e in (1, 2, 3)]
    [history] = read(tmp_path, "\n".join(lines))
    assert steps(history) == [0.5, 1, 1.5, 2, 2.5, 3]
    assert history.curves["val_loss"].steps.tolist() == [1, 2, 3]


def test_what_was_evaluated_before_training_stands_before_it(tmp_path):
    lines = [f"Epoch {e}\ntrain loss: {3 - e / 2:.1f}\nval loss: {3 - e / 2:.1f}" for e in (1, 2, 3)]
    [history] = read(tmp_path, "\n".join(["val loss: 9.5", *lines]))
    assert history.curves["val_loss"].steps.tolist() == [0, 1, 2, 3]
    assert history.curves["val_loss"].values[0] == 9.5


def test_a_bar_that_is_all_there_is_gives_its_states(tmp_path):
    states = [f" {at}%|██    | {at}/100 [00:01<00:02, 30.1it/s, loss={3 - at / 100:.2f}]" for at in range(1, 101)]
    [history] = read(tmp_path, "\r" + "\r".join(states) + "\n")
    assert len(losses(history)) == 100
    assert steps(history)[-1] == 100


def test_values_that_are_not_finite_are_kept_and_absent_ones_are_not(tmp_path):
    text = (
        "epoch 1 loss 2.3 val_loss 2.2\nepoch 2 loss nan val_loss -\nepoch 3 loss: NaN val_loss: inf\n"
        "epoch 4 loss -inf\n"
    )
    [history] = read(tmp_path, text)
    assert len(losses(history)) == 4
    assert math.isnan(losses(history)[1])
    assert losses(history)[3] == -math.inf
    assert history.curves["val_loss"].values.tolist() == [2.2, math.inf]


def test_blocks_of_nothing_but_nan(tmp_path):
    [history] = read(tmp_path, "".join(f"Epoch {e}\ntrain loss: nan\nval loss: nan\n" for e in (1, 2, 3)))
    assert history.points == {"train_loss": 3, "val_loss": 3, "epoch": 3}


def test_decimal_commas(tmp_path):
    text = Kind("Epoch {e}: train_loss: {t:.3f}; val_loss: {v:.2f}").text.replace(".", ",")
    [history] = read(tmp_path, text)
    assert losses(history) == list(TRAIN)
    assert history.curves["val_loss"].values.tolist() == list(VAL)


def test_a_last_line_that_breaks_off(tmp_path):
    [history] = read(tmp_path, RUN.strip().rpartition("train")[0] + "train_lo")
    assert losses(history) == list(TRAIN[:5])


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1", "cp1252", "gbk"])
def test_encodings(tmp_path, encoding):
    text = "训练\n" if encoding == "gbk" else "Größe µ\n"
    [history] = read(tmp_path, (text + RUN).encode(encoding))
    assert losses(history) == list(TRAIN)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\n\0\0\0"),
        lambda text: text.replace("loss", "\x1b]0;title\x07loss"),
        lambda text: text.replace("=", "=\x1b[38;5;12m"),
        lambda text: text.replace("=", "=[32m").replace(" val", "[0m val"),
        lambda text: text.replace("Epoch", "\x1b[2K\x1b[1GEpoch"),
    ],
    ids=["windows", "zeros", "titles", "colours", "bare colours", "erased lines"],
)
def test_what_terminals_and_crashes_leave_in_a_text(tmp_path, spoil):
    [history] = read(tmp_path, spoil(RUN))
    assert losses(history) == list(TRAIN)


def test_a_minus_of_typography(tmp_path):
    [history] = read(tmp_path, "".join(f"epoch {e} loss \u2212{e}.5\n" for e in (1, 2, 3)))
    assert losses(history) == [-1.5, -2.5, -3.5]


def test_several_evaluation_sets_one_is_read_and_the_others_are_named(tmp_path):
    lines = [
        f"{{'loss': {3 - e}, 'eval_squad_loss': {3.5 - e}, 'eval_wiki_loss': {4 - e}, 'epoch': {e}}}" for e in (1, 2, 3)
    ]
    [history] = read(tmp_path, "\n".join(lines))
    assert history.columns["val_loss"] == "eval_squad_loss"
    assert "eval_wiki_loss" in history.notes[0]


def test_parts_of_a_loss_are_a_reading_each(tmp_path):
    line = "epoch {e}: train/cls_loss {c:.3f} train/box_loss {b:.3f} val/cls_loss 1.{e} val/box_loss 2.{e}"
    lines = [line.format(e=e, c=1 - e / 9, b=3 - e / 9) for e in range(1, 7)]
    [history] = read(tmp_path, "\n".join(lines))
    assert history.columns["train_loss"] == "train/box_loss"
    assert history.columns["val_loss"] == "val/box_loss"
    assert (history.part, list(history.parts)) == ("box", ["cls"])
    assert history.parts["cls"].columns["val_loss"] == "val/cls_loss"


def test_the_whole_of_a_loss_comes_before_its_parts(tmp_path):
    lines = [f"epoch {e}: cls_loss 9.{e} loss 1.{e} box_loss 8.{e}" for e in range(1, 7)]
    [history] = read(tmp_path, "\n".join(lines))
    assert history.columns["train_loss"] == "loss"
    assert not history.parts
    assert history.passed_over == ("cls_loss", "box_loss")


def test_a_log_without_a_clock_needs_more_lines(tmp_path):
    [history] = read(tmp_path, "".join(f"loss: {value} - val_loss: {value + 1}\n" for value in TRAIN))
    assert steps(history) == [0, 1, 2, 3, 4, 5]
    path = tmp_path / "few.log"
    path.write_text("loss: 0.5\nloss: 0.4\n")
    [problem] = histories(str(path), {})
    assert isinstance(problem, Problem)


def test_columns_overrule_what_names_say(tmp_path):
    path = tmp_path / "train.log"
    path.write_text(Kind("it {e}00 foo {t} Bar-Score: {v} loss 7").text)
    [history] = histories(str(path), {"train_loss": "foo", "val_loss": "bar score"})
    assert isinstance(history, History)
    assert history.curves["train_loss"].values.tolist() == list(TRAIN)
    assert history.curves["val_loss"].values.tolist() == list(VAL)
    assert history.columns == {"train_loss": "foo", "val_loss": "Bar-Score"}


def test_a_name_that_is_not_there(tmp_path):
    path = tmp_path / "train.log"
    path.write_text(RUN)
    [problem] = histories(str(path), {"val_loss": "dev score"})
    assert isinstance(problem, Problem)
    assert "no series 'dev score' to use as val_loss; it has: epoch, train_loss, val_loss" in problem.reason
