"""Readers of training logs, one file per format, and the finding of them."""

from __future__ import annotations

from sweep.readers.base import History, Problem, UnreadableError
from sweep.readers.discover import histories

__all__ = ["History", "Problem", "UnreadableError", "histories"]
