"""Imports that every trial needs: a fork server does them once, and the processes of its trials inherit them.

Importing MLflow's SQLite store, mapping its tables and finding fonts takes about a second of CPU time.
"""

import gc
import io

import mlflow.store.tracking.sqlalchemy_workspace_store  # noqa: F401
import sqlalchemy.dialects.sqlite  # noqa: F401
from sqlalchemy.orm import configure_mappers

import sweep.trial.run  # noqa: F401
from sweep.curves import Curves
from sweep.report.figures import learning_curves

configure_mappers()
learning_curves.draw(Curves({}), None, "fonts").savefig(io.BytesIO())
gc.collect()
gc.freeze()  # what is loaded here lives to the end: a trial's collections need not visit it, nor copy its pages
