"""The tracking in MLflow, read back from a real SQLite database."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from mlflow import MlflowClient

from sweep import tracking


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tracked") / "mlflow.db"


@pytest.fixture
def settings(database: Path, request: pytest.FixtureRequest) -> dict[str, dict[str, str]]:
    """An experiment of the test's own: making the tables of a database takes a second."""
    made = {"mlflow": {"uri": f"sqlite:///{database}", "experiment": request.node.name}}
    tracking.prepare(made)
    return made


def run_info(tmp_path: Path, trial: int = 0) -> tracking.RunInfo:
    folder = tmp_path / "study" / f"{trial:03d}"
    folder.mkdir(parents=True)
    return tracking.RunInfo(
        name=f"study/{trial:03d}",
        params={f"a.b{i}": i for i in range(150)},
        tags={"sweep.study": "study", "sweep.trial": str(trial)},
        directory=folder,
    )


def client(settings) -> MlflowClient:
    return MlflowClient(settings["mlflow"]["uri"])


def left_open(settings, info: tracking.RunInfo) -> str | None:
    """A run whose process never closed it, as after a SIGKILL."""
    with tracking.trial_runs(settings, info) as trackers:
        trackers.close = lambda: None
    return trackers.ids["mlflow"]


def test_every_point_comes_back_in_the_order_of_its_steps_nan_and_inf_shown(settings, tmp_path):
    with tracking.trial_runs(settings, run_info(tmp_path)) as trackers:
        for step in range(2500):
            trackers.add(step, {"batch_loss": 1.0 / (step + 1)})
        trackers.add(2500, {"batch_loss": math.nan, "val_loss": math.inf})
        trackers.finish({"sweep.diagnosed": "erratic"}, [])
        trackers.status = "FINISHED"
    history = sorted(client(settings).get_metric_history(trackers.ids["mlflow"], "batch_loss"), key=lambda m: m.step)
    assert [m.step for m in history] == list(range(2501))
    assert history[10].value == 1.0 / 11
    assert math.isnan(history[-1].value)
    assert client(settings).get_metric_history(trackers.ids["mlflow"], "val_loss")[0].value > 1e300
    run = client(settings).get_run(trackers.ids["mlflow"])
    assert len(run.data.params) == 150
    assert run.data.tags["sweep.diagnosed"] == "erratic"
    assert run.info.status == "FINISHED"


@pytest.mark.parametrize(
    ("ends_by", "status"), [(RuntimeError("broke"), "FAILED"), (KeyboardInterrupt(), "KILLED")], ids=["error", "ctrl-c"]
)
def test_a_run_that_ends_otherwise_says_so(settings, tmp_path, ends_by, status):
    def train() -> None:
        with tracking.trial_runs(settings, run_info(tmp_path)) as trackers:
            ids.append(trackers.ids["mlflow"])
            raise ends_by

    ids: list[str | None] = []
    with pytest.raises(type(ends_by)):
        train()
    assert client(settings).get_run(ids[0]).info.status == status


def test_a_run_whose_process_is_gone_is_closed_from_its_folder(settings, tmp_path):
    info = run_info(tmp_path)
    run_id = left_open(settings, info)
    assert client(settings).get_run(run_id).info.status == "RUNNING"
    tracking.close_trial(settings, info.directory, "KILLED")
    assert client(settings).get_run(run_id).info.status == "KILLED"
    tracking.close_trial(settings, info.directory, "FINISHED")  # an ended run stays as it is
    assert client(settings).get_run(run_id).info.status == "KILLED"


def test_a_run_cut_off_before_its_folder_knew_it_is_closed_too(settings, tmp_path):
    info = run_info(tmp_path, trial=7)
    run_id = left_open(settings, info)
    (info.directory / tracking.NOTE).unlink()
    tracking.close_trial(settings, info.directory, "KILLED")
    assert client(settings).get_run(run_id).info.status == "KILLED"


def test_trials_hang_under_one_parent_that_goes_on_when_the_study_does(settings, tmp_path):
    folder = tmp_path / "study"
    folder.mkdir()
    ids = []
    for _ in range(2):
        with tracking.study_run(settings, "study", {"seed": 0}, folder) as study:
            assert client(settings).get_run(study.ids["mlflow"]).info.status == "RUNNING"
        ids.append(study.ids)
        assert client(settings).get_run(study.ids["mlflow"]).info.status == "FINISHED"
    assert ids[0] == ids[1]
    with tracking.trial_runs(settings, run_info(tmp_path), ids[0]) as trackers:
        trackers.status = "FINISHED"
    assert client(settings).get_run(trackers.ids["mlflow"]).data.tags["mlflow.parentRunId"] == ids[0]["mlflow"]


def test_artifacts_lie_beside_the_database(settings, database, tmp_path):
    info = run_info(tmp_path)
    file = info.directory / "curves.csv"
    file.write_text("step\n", encoding="utf-8")
    with tracking.trial_runs(settings, info) as trackers:
        trackers.finish({}, [file])
        trackers.status = "FINISHED"
    assert [path.name for path in (database.parent / "mlartifacts").rglob("curves.csv")] == ["curves.csv"]
