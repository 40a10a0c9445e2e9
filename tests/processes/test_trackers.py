"""The trackers beside MLflow, read back with their own libraries."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from sweep import tracking
from sweep.errors import ConfigError
from sweep.readers.discover import histories
from sweep.tracking import tensorboard, wandb

HERE = Path(__file__).parent
POINTS = [(step, "val_loss", 1.0 / (step + 1)) for step in range(5)] + [(5, "val_loss", math.nan), (3, "val_acc", 0.5)]


def written(tracker: tracking.Tracker, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    Image.fromarray(np.zeros((4, 6, 3), np.uint8)).save(folder / "curves.png")
    info = tracking.RunInfo("study/000", {"seed": 3}, {"sweep.recipe": "digits"}, folder)
    run = tracker.start_trial(info)
    run.log_points(POINTS)
    run.set_tags({"sweep.diagnosed": "healthy"})
    run.log_files([folder / "curves.png"])
    run.close("FINISHED")


def test_tensorboard_shows_every_point(tmp_path: Path) -> None:
    written(tensorboard.build({}), tmp_path)
    seen = EventAccumulator(str(tmp_path / "tensorboard")).Reload()
    assert set(seen.Tags()["scalars"]) == {"val_loss", "val_acc"}
    losses = seen.Scalars("val_loss")
    assert [point.step for point in losses] == [0, 1, 2, 3, 4, 5]
    np.testing.assert_allclose([point.value for point in losses], [1, 1 / 2, 1 / 3, 1 / 4, 1 / 5, math.nan])
    assert seen.Images("curves")[0].width == 6
    assert b"seed" in seen.Tensors("parameters")[0].tensor_proto.string_val[0]


WRITE = """
import sys
from pathlib import Path
from test_trackers import written
from sweep.tracking import wandb
written(wandb.build({"project": "sweep", "mode": "offline"}), Path(sys.argv[1]))
"""


def test_wandb_keeps_every_point_offline(tmp_path: Path) -> None:
    pytest.importorskip("wandb")
    folder = tmp_path / "000"
    environ = os.environ | {"PYTHONPATH": os.pathsep.join([str(HERE.parents[1] / "src"), str(HERE)])}
    subprocess.run([sys.executable, "-c", WRITE, str(folder)], check=True, env=environ)
    [file] = folder.glob("wandb/offline-run-*/*.wandb")
    [history] = histories(str(file), {})
    curves = history.curves
    losses = curves["val_loss"]
    np.testing.assert_allclose(losses.finite().values, [1, 1 / 2, 1 / 3, 1 / 4, 1 / 5])
    assert losses.steps.tolist() == [0, 1, 2, 3, 4, 5]
    assert curves["val_acc"].steps.tolist() == [5]  # its counter can't go back


def test_wandb_that_is_missing_is_said_in_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wandb, "find_spec", lambda name: None)
    with pytest.raises(ConfigError, match="not installed: pip install wandb"):
        wandb.build({"project": "sweep", "mode": "offline"}).prepare()


def test_an_unknown_mode_of_wandb_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"record\.wandb\.mode"):
        wandb.build({"project": "sweep", "mode": "sideways"}).prepare()


def test_a_run_is_written_to_every_tracker_asked_for(tmp_path: Path) -> None:
    uri = f"sqlite:///{tmp_path}/mlflow.db"
    folder = tmp_path / "study" / "000"
    folder.mkdir(parents=True)
    settings = {"mlflow": {"uri": uri, "experiment": "sweep"}, "tensorboard": {}}
    tracking.prepare(settings)
    with tracking.trial_runs(settings, tracking.RunInfo("study/000", {}, {}, folder)) as trackers:
        trackers.add(1, {"val_loss": 0.5})
        trackers.finish({}, [])
        trackers.status = "FINISHED"
    note = json.loads((folder / tracking.NOTE).read_text(encoding="utf-8"))
    assert set(note) == {"mlflow", "tensorboard"}
    tracking.close_trial(settings, folder, "KILLED")
    assert EventAccumulator(str(folder / "tensorboard")).Reload().Scalars("val_loss")[0].value == 0.5
