"""A log that grows: `sweep.diagnose --follow -` speaks when there is something to say."""

from __future__ import annotations

import io
import json
import math

import pytest
from helpers.log_run import Kind

from sweep.cli import diagnose
from sweep.cli.follow import Watch, follow


def overfit(epochs: int = 60) -> list[str]:
    rows = []
    for epoch in range(1, epochs + 1):
        train = 2.3 * math.exp(-epoch / 10)
        val = train + 0.2 + 0.03 * max(0, epoch - 15)
        rows.append(f"Epoch {epoch}: train_loss={train:.4f} val_loss={val:.4f}")
    return rows


def said_of(lines: list[str], **settings: bool) -> tuple[list[str], list[int]]:
    """What a watch says of these lines, and at which of them."""
    said: list[str] = []
    when: list[int] = []
    watch = Watch({}, None, said.append, **settings)
    for number, line in enumerate(lines):
        before = len(said)
        watch.feed(line)
        when += [number] * (len(said) - before)
    return said, when


def test_it_says_what_it_reads_and_then_a_finding_when_it_shows():
    said, when = said_of(overfit())
    assert said[0] == "reading train_loss from 'train_loss' (3), val_loss from 'val_loss' (3), epoch from 'epoch' (3)"
    names = [line.split(": ")[1] for line in said[1:]]
    assert "validation_rose" in names
    assert len(set(names)) == len(names)
    assert 15 < when[1] < 50


def test_it_is_silent_on_a_sound_run_and_on_noise():
    lines = [f"Epoch {e}: train_loss={2 / e + 1:.4f} val_loss={2 / e + 1.01:.4f}" for e in range(1, 40)]
    said, _ = said_of(["starting", "loaded 3 files", *lines])
    assert len(said) == 1


def test_a_new_name_is_told_and_points_are_fed_once():
    lines = [
        f"step {s}: loss {3 - s / 50:.3f}" + (f" val_loss {3.1 - s / 50:.3f}" if s > 20 else "") for s in range(60)
    ]
    said, _ = said_of(lines)
    assert said[0].startswith("reading train_loss from 'loss'")
    assert "val_loss from 'val_loss'" in said[1]
    assert len([line for line in said if line.startswith("reading")]) <= 3


def test_a_run_that_starts_over_is_watched_anew():
    said, _ = said_of([*overfit(12), *overfit(60)])
    assert any("validation_rose" in line for line in said)


def test_json_is_an_object_per_line():
    said, _ = said_of(overfit(), as_json=True)
    first, *alerts = map(json.loads, said)
    assert first["columns"]["val_loss"] == "val_loss"
    assert all(set(alert) == {"step", "name", "text"} for alert in alerts)


def test_the_end_of_the_stream_gives_the_verdict(capsys):
    said: list[str] = []
    judged = follow(io.BytesIO("\n".join(overfit()).encode()), {}, None, said.append)
    assert judged is not None
    assert judged.diagnosis.regime == "overfit"
    assert "overfit" in capsys.readouterr().out


def test_a_stream_without_a_log_says_so():
    said: list[str] = []
    assert follow(io.BytesIO(b"nothing here\n" * 9), {}, None, said.append) is None
    assert "holds no training log" in said[-1]


def test_columns_and_a_bar():
    lines = Kind("\r{e}/6 [=====>....] 100%|████| 100/100 [00:31<00:00, 3.2it/s, foo={t}]").lines
    watch = Watch({"train_loss": "foo"}, None, lambda line: None)
    for line in lines:
        watch.feed(line.strip())
    judged = watch.close()
    assert judged is not None
    assert judged.history.points["train_loss"] == 6


@pytest.mark.parametrize("paths", [["train.log"], ["-", "train.log"]])
def test_it_follows_standard_input_alone(paths, capsys):
    with pytest.raises(SystemExit) as stop:
        diagnose.main(["--follow", *paths])
    assert stop.value.code == diagnose.NONE_READ
    assert "tail -f" in capsys.readouterr().err
