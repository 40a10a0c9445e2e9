"""The command as a person types it: real models, real processes, real exit statuses. Small runs, to stay quick."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest
from mlflow import MlflowClient

from sweep.curves import Curves

SMALL = ("recipe.sizes.train=96", "recipe.sizes.validation=64", "recipe.sizes.test=64", "recipe.model.width=16")


def sweep(tmp_path: Path, *overrides: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(tmp_path, *overrides), capture_output=True, text=True, timeout=300, check=False)


def command(tmp_path: Path, *overrides: str) -> list[str]:
    return [sys.executable, "-m", "sweep", f"outputs={tmp_path}/out", *overrides]


def runs(tmp_path: Path) -> list:
    client = MlflowClient(f"sqlite:///{tmp_path}/out/mlflow.db")
    return client.search_runs([client.get_experiment_by_name("sweep").experiment_id])


def only(tmp_path: Path, name: str) -> Path:
    (found,) = (tmp_path / "out").glob(f"*/*/{name}")
    return found


@pytest.fixture(scope="module")
def underfit(tmp_path_factory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    tmp_path = tmp_path_factory.mktemp("underfit")
    return tmp_path, sweep(tmp_path, *SMALL, "+regime=underfit", "train.epochs=8", "study.name=mine")


def test_a_run_tells_its_verdict_and_where_things_are(underfit):
    _, done = underfit
    assert done.returncode == 0, done.stderr
    assert "underfit" in done.stdout
    assert "as expected" in done.stdout
    assert "curves.png" in done.stdout.replace("\n", "")


def test_a_run_leaves_the_files_that_other_programs_read(underfit):
    tmp_path, _ = underfit
    folder = tmp_path / "out" / "mine" / "000"
    names = {path.name for path in folder.iterdir()}
    assert {"config.yaml", "curves.csv", "curves.png", "diagnosis.json"} <= names
    said = json.loads((folder / "diagnosis.json").read_text())
    assert said["regime"] == said["expected"] == "underfit"
    assert set(said) >= {"confidence", "findings", "advice", "final", "efficiency", "generalization", "trend"}
    assert all(set(found) == {"name", "value", "bound", "step", "text"} for found in said["findings"])
    summary = json.loads((tmp_path / "out" / "mine" / "summary.json").read_text())
    assert summary["trials"] == summary["agreed"] == 1
    assert summary["confusion"] == {"underfit": {"underfit": 1}}
    assert (tmp_path / "out" / "mine" / "report.html").is_file()


def test_the_curves_hold_every_batch_and_at_least_twenty_evaluations(underfit):
    tmp_path, _ = underfit
    curves = Curves.from_csv(only(tmp_path, "curves.csv").read_text())
    steps = 8 * math.ceil(96 / 16)
    assert curves["batch_loss"].steps.tolist() == list(range(1, steps + 1))
    assert curves["learning_rate"].steps.tolist() == list(range(1, steps + 1))
    assert len(curves["grad_norm"]) == steps
    assert len(curves["val_loss"]) >= 20
    for name in ("loss", "acc", "f1", "precision", "recall"):
        assert curves[f"train_{name}"].steps.tolist() == curves[f"val_{name}"].steps.tolist()
    assert not any(name.startswith("test") for name in curves), "the test split must not reach the curves"


def test_mlflow_holds_the_same_points_and_the_right_status(underfit):
    tmp_path, _ = underfit
    curves = Curves.from_csv(only(tmp_path, "curves.csv").read_text())
    (run,) = runs(tmp_path)
    assert run.info.status == "FINISHED"
    assert run.data.tags["sweep.expected"] == run.data.tags["sweep.diagnosed"] == "underfit"
    assert run.data.params["train.epochs"] == "8"
    assert "test_loss" in run.data.metrics
    client = MlflowClient(f"sqlite:///{tmp_path}/out/mlflow.db")
    for name in ("val_loss", "batch_loss"):
        history = sorted(client.get_metric_history(run.info.run_id, name), key=lambda m: m.step)
        assert [m.step for m in history] == curves[name].steps.tolist()
        assert [m.value for m in history] == curves[name].values.tolist()
    kept = {artifact.path for artifact in client.list_artifacts(run.info.run_id)}
    assert kept == {"config.yaml", "curves.csv", "curves.png", "diagnosis.json"}


def test_the_same_seed_gives_the_same_curves_bit_for_bit(underfit, tmp_path):
    before, _ = underfit
    sweep(tmp_path, *SMALL, "+regime=underfit", "train.epochs=8")
    assert only(tmp_path, "curves.csv").read_text() == only(before, "curves.csv").read_text()


def test_the_same_command_again_trains_nothing(underfit):
    tmp_path, _ = underfit
    before = only(tmp_path, "curves.csv").stat().st_mtime_ns
    done = sweep(tmp_path, *SMALL, "+regime=underfit", "train.epochs=8", "study.name=mine")
    assert done.returncode == 0
    assert only(tmp_path, "curves.csv").stat().st_mtime_ns == before
    assert len(runs(tmp_path)) == 1


def test_a_changed_setting_under_the_same_name_is_refused_with_the_difference(underfit):
    tmp_path, _ = underfit
    done = sweep(tmp_path, *SMALL, "+regime=underfit", "train.epochs=9", "study.name=mine")
    assert done.returncode == 2
    assert "train.epochs: 8 -> 9" in done.stderr


def test_a_verdict_that_was_not_expected_is_status_one(tmp_path):
    done = sweep(tmp_path, *SMALL, "+regime=healthy", "train.learning_rate=1e-6", "train.epochs=8")
    assert done.returncode == 1
    assert "but healthy was expected" in done.stdout


def test_a_loss_that_is_no_number_ends_the_run_as_a_result_and_is_shown(tmp_path):
    done = sweep(tmp_path, *SMALL, "train.learning_rate=1e30", "train.epochs=8", "train.max_grad_norm=null")
    assert done.returncode == 0, done.stderr
    curves = Curves.from_csv(only(tmp_path, "curves.csv").read_text())
    assert not math.isfinite(curves["batch_loss"].values[-1])
    said = json.loads(only(tmp_path, "diagnosis.json").read_text())
    assert said["regime"] == "erratic"
    assert "diverged" in [found["name"] for found in said["findings"]]
    assert [run.info.status for run in runs(tmp_path)] == ["FINISHED"]


def test_ctrl_c_closes_the_run_as_killed_and_keeps_the_curves(tmp_path):
    process = subprocess.Popen(
        command(tmp_path, *SMALL, "train.epochs=20000", "train.evaluations=60000", "study.name=long"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell lets what it runs in its background ignore Ctrl-C; a run at a prompt does not.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )
    try:
        _wait_for(lambda: _points(tmp_path) > 0, process)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=120)
    finally:
        process.kill()
    assert process.returncode == 130
    assert "interrupted" in errors
    assert "Traceback" not in errors
    assert [run.info.status for run in runs(tmp_path)] == ["KILLED"]
    (kept,) = (tmp_path / "out" / "long").rglob("curves.csv")
    assert len(Curves.from_csv(kept.read_text())["batch_loss"]) > 0


def _points(tmp_path: Path) -> int:
    if not (tmp_path / "out" / "mlflow.db").is_file() or not list((tmp_path / "out").glob("long/*/record.json")):
        return 0
    return sum("val_loss" in run.data.metrics for run in runs(tmp_path))


def _wait_for(condition, process: subprocess.Popen[str]) -> None:
    for _ in range(600):
        if process.poll() is not None:
            pytest.fail(f"it ended by itself: {process.communicate()[1]}")
        if condition():
            return
        time.sleep(0.2)
    pytest.fail("nothing was recorded")


def test_a_bad_configuration_is_refused_in_one_line_and_leaves_nothing(tmp_path):
    done = sweep(tmp_path, "train.learning_rate=-1")
    assert done.returncode == 2
    assert done.stderr == "sweep: train.learning_rate is -1.0, but must be a number above 0\n"
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_can_not_be_written_is_refused(tmp_path):
    tmp_path.chmod(0o500)
    done = sweep(tmp_path)
    assert done.returncode == 2
    assert "nothing can be written" in done.stderr


def test_a_file_where_the_outputs_should_go_is_refused(tmp_path):
    (tmp_path / "out").write_text("in the way")
    done = sweep(tmp_path)
    assert done.returncode == 2
    assert "outputs=FOLDER" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_full_disk_is_one_line(tmp_path):
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full")
    done = sweep(tmp_path, "study.storage=sqlite:////dev/full/optuna.db")
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) <= 3
