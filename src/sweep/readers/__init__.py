"""Readers of training logs, one file per format, and the finding of them.

    from sweep.readers import read
    [run] = read("train.log")

A format of your own is a ``Reader(name, sniff, read)`` given to ``register``.
"""

from __future__ import annotations

from sweep.readers.base import Head, History, Note, Problem, Reader, UnreadableError
from sweep.readers.detect import register, unregister
from sweep.readers.discover import histories, read

__all__ = [
    "Head",
    "History",
    "Note",
    "Problem",
    "Reader",
    "UnreadableError",
    "histories",
    "read",
    "register",
    "unregister",
]
