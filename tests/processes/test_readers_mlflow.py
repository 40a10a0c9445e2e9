"""What MLflow really stores."""

from __future__ import annotations

import math
import time
from pathlib import Path

import pytest

from sweep.readers import History, Problem, histories

# MLflow's own queries use a strategy that SQLAlchemy 2.1 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy:sqlalchemy.exc.SADeprecationWarning")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, list[str]]:
    from mlflow import MlflowClient
    from mlflow.entities import Metric

    folder = tmp_path_factory.mktemp("mlflow")
    uri = f"sqlite:///{folder / 'mlflow.db'}"
    client = MlflowClient(tracking_uri=uri)
    experiment = client.create_experiment("digits", artifact_location=str(folder / "artifacts"))
    names = []
    for run in range(2):
        names.append(client.create_run(experiment, start_time=1000 + run).info.run_id)
        now = int(time.time() * 1000)
        # Logged backwards: MLflow gives histories back in the order of time.
        points = [Metric("val_loss", 1 / (step + 1), now - step, step) for step in range(30)]
        points += [Metric("loss", 2.0, now + step, step) for step in range(29)]
        points += [Metric("loss", (math.nan, math.inf)[run], now, 29), Metric("train_loss", 1.5, now, 29)]
        client.log_batch(names[-1], metrics=points)
        client.set_terminated(names[-1])
    client.create_run(experiment)  # one that never logged
    client.create_experiment("empty", artifact_location=str(folder / "artifacts"))
    return uri, names


@pytest.fixture(autouse=True)
def _tracking(store: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", store[0])


def test_a_run_comes_sorted_by_step(store):
    [history] = histories(f"mlflow:{store[1][0]}", {})
    assert isinstance(history, History)
    assert (history.id, history.source) == (store[1][0], f"mlflow:{store[1][0]}")
    assert history.curves["val_loss"].steps.tolist() == list(range(30))
    assert history.curves["val_loss"].values.tolist() == [1 / (step + 1) for step in range(30)]
    # The one value named train_loss is the Trainer's summary; the curve is "loss".
    assert history.columns["train_loss"] == "loss"
    assert math.isnan(history.curves["train_loss"].values[-1])


def test_infinity_comes_back_as_infinity(store):
    [history] = histories(f"mlflow:{store[1][1]}", {})
    assert history.curves["train_loss"].values[-1] == math.inf


def test_an_experiment_gives_all_its_runs_oldest_first(store):
    assert [item.id for item in histories("mlflow:experiment/digits", {})] == store[1]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("mlflow:feedc0de", "feedc0de"),
        ("mlflow:experiment/nowhere", "it has"),
        ("mlflow:experiment/empty", "no run with a metric"),
        ("mlflow:", "names no run"),
    ],
)
def test_what_is_not_there_is_named(name, reason):
    [problem] = histories(name, {})
    assert isinstance(problem, Problem)
    assert problem.source == name
    assert reason in problem.reason


def test_a_missing_database_is_not_made(tmp_path, monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    monkeypatch.chdir(tmp_path)
    [problem] = histories("mlflow:feedc0de", {})
    assert isinstance(problem, Problem)
    assert "MLFLOW_TRACKING_URI" in problem.reason
    assert not list(Path(tmp_path).iterdir())


def test_the_database_itself_tells_the_way(store):
    [problem] = histories(store[0].removeprefix("sqlite:///"), {})
    assert isinstance(problem, Problem)
    assert "mlflow:experiment/NAME" in problem.reason
