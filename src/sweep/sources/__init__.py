"""Readers of training logs, one file per format, and the finding of them."""

from __future__ import annotations

from sweep.sources.find import histories
from sweep.sources.history import History, Problem, UnreadableError

__all__ = ["History", "Problem", "UnreadableError", "histories"]
