"""What every trial would otherwise do first for itself: the fork server does it once, and its processes inherit it.

Importing MLflow's store of SQLite, mapping its tables and finding fonts took each trial about a second of CPU time.
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
gc.freeze()  # what is here already is nobody's garbage: a collection in a trial needn't look at it, nor copy its pages
