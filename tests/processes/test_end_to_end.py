"""The command as a person types it: real models, real processes, real exit statuses. Small runs, to stay quick.

One run in a process of its own is what most tests look at; what it would only start again runs in this process.
"""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
from helpers.commands import SMALL, sweep
from helpers.processes import running, until
from helpers.tracked import client, runs

from sweep.curves import Curves

UNDERFIT = (*SMALL, "+regime=underfit", "train.epochs=8")


def typed(outputs: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sweep", *words, f"outputs={outputs}"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def only(outputs: Path, name: str) -> Path:
    (found,) = outputs.glob(f"*/*/{name}")
    return found


@pytest.fixture(scope="module")
def underfit(tmp_path_factory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    outputs = tmp_path_factory.mktemp("underfit")
    return outputs, typed(outputs, *UNDERFIT, "study.name=mine")


def test_a_run_tells_its_verdict_and_where_things_are(underfit):
    _, done = underfit
    assert done.returncode == 0, done.stderr
    assert "underfit" in done.stdout
    assert "as expected" in done.stdout
    unfolded = "".join(done.stdout.replace("│", "").split())
    assert "curves.png" in unfolded


def test_a_run_leaves_the_files_that_other_programs_read(underfit):
    outputs, _ = underfit
    folder = outputs / "mine" / "000"
    names = {path.name for path in folder.iterdir()}
    assert {"config.yaml", "curves.csv", "curves.png", "diagnosis.json"} <= names
    said = json.loads((folder / "diagnosis.json").read_text())
    assert said["regime"] == said["expected"] == "underfit"
    assert set(said) >= {"confidence", "findings", "advice", "final", "efficiency", "generalization", "trend"}
    assert all(set(found) == {"name", "value", "bound", "step", "text"} for found in said["findings"])
    summary = json.loads((outputs / "mine" / "summary.json").read_text())
    assert summary["trials"] == summary["agreed"] == 1
    assert summary["confusion"] == {"underfit": {"underfit": 1}}
    assert (outputs / "mine" / "report.html").is_file()


def test_the_curves_hold_every_batch_and_at_least_twenty_evaluations(underfit):
    outputs, _ = underfit
    curves = Curves.from_csv(only(outputs, "curves.csv").read_text())
    steps = 8 * math.ceil(96 / 16)
    assert curves["batch_loss"].steps.tolist() == list(range(1, steps + 1))
    assert curves["learning_rate"].steps.tolist() == list(range(1, steps + 1))
    assert len(curves["grad_norm"]) == steps
    assert len(curves["val_loss"]) >= 20
    for name in ("loss", "acc", "f1", "precision", "recall"):
        assert curves[f"train_{name}"].steps.tolist() == curves[f"val_{name}"].steps.tolist()
    assert not any(name.startswith("test") for name in curves), "the test split must not reach the curves"


def test_mlflow_holds_the_same_points_and_the_right_status(underfit):
    outputs, _ = underfit
    curves = Curves.from_csv(only(outputs, "curves.csv").read_text())
    (run,) = runs(outputs)
    assert run.info.status == "FINISHED"
    assert run.data.tags["sweep.expected"] == run.data.tags["sweep.diagnosed"] == "underfit"
    assert run.data.params["train.epochs"] == "8"
    assert "test_loss" in run.data.metrics
    tracked = client(outputs)
    for name in ("val_loss", "batch_loss"):
        history = sorted(tracked.get_metric_history(run.info.run_id, name), key=lambda m: m.step)
        assert [m.step for m in history] == curves[name].steps.tolist()
        assert [m.value for m in history] == curves[name].values.tolist()
    kept = {artifact.path for artifact in tracked.list_artifacts(run.info.run_id)}
    assert kept == {"config.yaml", "curves.csv", "curves.png", "diagnosis.json"}


def test_the_same_seed_gives_the_same_curves_bit_for_bit(underfit, tmp_path):
    outputs, _ = underfit
    sweep(tmp_path, *UNDERFIT)
    assert only(tmp_path, "curves.csv").read_text() == only(outputs, "curves.csv").read_text()


def test_the_same_command_again_trains_nothing(underfit):
    outputs, _ = underfit
    before = only(outputs, "curves.csv").stat().st_mtime_ns
    assert sweep(outputs, *UNDERFIT, "study.name=mine").status == 0
    assert only(outputs, "curves.csv").stat().st_mtime_ns == before
    assert len(runs(outputs)) == 1


def test_a_changed_setting_under_the_same_name_is_refused_with_the_difference(underfit):
    outputs, _ = underfit
    done = sweep(outputs, *UNDERFIT, "train.epochs=9", "study.name=mine")
    assert done.status == 2
    assert "train.epochs: 8 -> 9" in done.err


def test_a_verdict_that_was_not_expected_is_status_one(tmp_path):
    done = sweep(tmp_path, *SMALL, "+regime=healthy", "train.learning_rate=1e-6", "train.epochs=8")
    assert done.status == 1
    assert "but healthy was expected" in done.out


def test_a_loss_that_is_no_number_ends_the_run_as_a_result_and_is_shown(tmp_path):
    done = sweep(tmp_path, *SMALL, "train.learning_rate=1e30", "train.epochs=8", "train.max_grad_norm=null")
    assert done.status == 0, done.err
    curves = Curves.from_csv(only(tmp_path, "curves.csv").read_text())
    assert not math.isfinite(curves["batch_loss"].values[-1])
    said = json.loads(only(tmp_path, "diagnosis.json").read_text())
    assert said["regime"] == "erratic"
    assert "diverged" in [found["name"] for found in said["findings"]]
    assert [run.info.status for run in runs(tmp_path)] == ["FINISHED"]


def test_ctrl_c_closes_the_run_as_killed_and_keeps_the_curves(tmp_path):
    endless = (*SMALL, "train.epochs=20000", "train.evaluations=60000", "study.name=long", f"outputs={tmp_path}")
    # A shell lets what it runs in its background ignore Ctrl-C; a run at a prompt does not.
    as_at_a_prompt = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    with running("-m", "sweep", *endless, preexec_fn=as_at_a_prompt) as process:
        until(lambda: _is_recorded(tmp_path), process)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate()
    assert process.returncode == 130
    assert "interrupted" in errors
    assert "Traceback" not in errors
    assert [run.info.status for run in runs(tmp_path)] == ["KILLED"]
    (kept,) = (tmp_path / "long").rglob("curves.csv")
    assert len(Curves.from_csv(kept.read_text())["batch_loss"]) > 0


def _is_recorded(outputs: Path) -> bool:
    """Whether MLflow has a batch of the run: the evaluation before the first step is recorded earlier."""
    begun = (outputs / "mlflow.db").is_file() and list(outputs.glob("long/*/record.json"))
    return bool(begun) and any("batch_loss" in run.data.metrics for run in runs(outputs))


def test_a_bad_configuration_is_refused_in_one_line_and_leaves_nothing(tmp_path):
    done = typed(tmp_path, "train.learning_rate=-1")
    assert done.returncode == 2
    assert done.stderr == "sweep: train.learning_rate is -1.0, but must be a number above 0\n"
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_can_not_be_written_is_refused(tmp_path):
    tmp_path.chmod(0o500)
    done = sweep(tmp_path)
    assert done.status == 2
    assert "nothing can be written" in done.err


def test_a_file_where_the_outputs_should_go_is_refused(tmp_path):
    (tmp_path / "out").write_text("in the way")
    done = sweep(tmp_path / "out")
    assert done.status == 2
    assert "outputs=FOLDER" in done.err
    assert len(done.err.strip().splitlines()) == 1


def test_a_full_disk_is_one_line(tmp_path):
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full")
    done = sweep(tmp_path, "study.storage=sqlite:////dev/full/optuna.db")
    assert done.status == 2
    assert len(done.err.strip().splitlines()) <= 3
