"""What MLflow holds of the studies in a folder."""

from __future__ import annotations

from pathlib import Path

from mlflow import MlflowClient
from mlflow.entities import Run


def client(outputs: Path) -> MlflowClient:
    """A client of the database that lies there."""
    return MlflowClient(f"sqlite:///{outputs}/mlflow.db")


def runs(outputs: Path) -> list[Run]:
    """All runs of the experiment that the command records in."""
    found = client(outputs)
    return list(found.search_runs([found.get_experiment_by_name("sweep").experiment_id]))
