"""The trackers beside MLflow, read back with their own libraries."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from sweep import tracking
from sweep.errors import ConfigError
from sweep.readers.discover import histories
from sweep.tracking import tensorboard, wandb

POINTS = [(step, "val_loss", 1.0 / (step + 1)) for step in range(5)] + [(5, "val_loss", math.nan), (3, "val_acc", 0.5)]


def written(tracker: ModuleType, settings: dict[str, str], folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    Image.fromarray(np.zeros((4, 6, 3), np.uint8)).save(folder / "curves.png")
    begin = tracking.Begin("study/000", {"seed": 3}, {"sweep.recipe": "digits"}, folder)
    run = tracker.start(settings, begin)
    run.points(POINTS)
    run.tag({"sweep.diagnosed": "healthy"})
    run.files([folder / "curves.png"])
    run.close("FINISHED")


def test_tensorboard_shows_every_point(tmp_path: Path) -> None:
    written(tensorboard, {}, tmp_path)
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
from test_record_trackers import written
from sweep.tracking import wandb
written(wandb, {"project": "sweep", "mode": "offline"}, Path(sys.argv[1]))
"""


def test_wandb_keeps_every_point_offline(tmp_path: Path) -> None:
    pytest.importorskip("wandb")
    folder = tmp_path / "000"
    environ = os.environ | {"PYTHONPATH": os.pathsep.join(["src", "tests"])}
    subprocess.run([sys.executable, "-c", WRITE, str(folder)], check=True, env=environ, timeout=120)
    [file] = folder.glob("wandb/offline-run-*/*.wandb")
    [history] = histories(str(file), {})
    curves = history.curves
    losses = curves["val_loss"]
    np.testing.assert_allclose(losses.finite().values, [1, 1 / 2, 1 / 3, 1 / 4, 1 / 5])
    assert losses.steps.tolist() == [0, 1, 2, 3, 4, 5]
    assert curves["val_acc"].steps.tolist() == [5]  # its counter can't go back


def test_wandb_that_is_missing_is_said_in_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wandb, "find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=r"pip install 'sweep\[wandb\]'"):
        wandb.prepare({"mode": "offline"})


def test_an_unknown_mode_of_wandb_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"record\.wandb\.mode"):
        wandb.prepare({"mode": "sideways"})


def test_a_run_is_written_to_every_tracker_asked_for(tmp_path: Path) -> None:
    uri = f"sqlite:///{tmp_path}/mlflow.db"
    settings = {"mlflow": {"uri": uri, "experiment": "sweep"}, "tensorboard": {}}
    tracking.prepare(settings)
    with tracking.opened(settings, tracking.Begin("study/000", {}, {}, tmp_path)) as records:
        records.add(1, {"val_loss": 0.5})
        records.finish({}, [])
        records.status = "FINISHED"
    note = json.loads((tmp_path / tracking.NOTE).read_text(encoding="utf-8"))
    assert set(note) == {"mlflow", "tensorboard"}
    tracking.close(settings, tmp_path, "KILLED")
    assert EventAccumulator(str(tmp_path / "tensorboard")).Reload().Scalars("val_loss")[0].value == 0.5
