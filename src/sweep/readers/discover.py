"""The histories behind what a user typed: a file, a folder, a pattern, standard input, an MLflow run."""

from __future__ import annotations

import glob
import os
import sys
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from sweep.readers import detect, mlflow
from sweep.readers.base import Columns, History, NoSeriesError, Note, Problem, Read, UnreadableError
from sweep.readers.folder import Walk, file_label, natural
from sweep.readers.mlflow_database import PREFIX

STDIN = "-"
LARGEST_INPUT = 4 * 2**30
"""Bytes of standard input that are taken."""
BLOCK = 2**20


def read(source: str | os.PathLike[str], columns: Mapping[str, str] | None = None) -> list[History]:
    """The runs in a log, a folder of logs, or an MLflow experiment.

    Args:
        source: a path, a pattern such as ``runs/*.log``, ``-`` for standard input, or ``mlflow:RUN_ID``.
        columns: which of the log's names is which, ours to theirs: ``{"val_loss": "dev_nll", "step": "iter"}``.

    Returns:
        One history per run, in the order of the log. What could not be read beside them is warned of.

    Raises:
        UnreadableError: where nothing can be read; the message says why, and what would be a log.
    """
    found = list(histories(os.fspath(source), columns or {}))
    read = [item for item in found if isinstance(item, History)]
    problems = [item for item in found if isinstance(item, Problem) and not isinstance(item, Note)]
    if not read:
        raise UnreadableError("; ".join(map(str, problems[:3])))
    for problem in problems:
        warnings.warn(str(problem), stacklevel=2)
    return read


def histories(argument: str, columns: Columns) -> Read:
    """Every history behind one argument, in a stable order, and a ``Problem`` for all that cannot be read.

    Raises nothing that comes from the source.
    """
    if argument.startswith(PREFIX):
        yield from _guarded(mlflow.read(argument, columns), argument)
    elif argument == STDIN:
        yield from _piped(columns)
    elif not os.path.lexists(argument) and glob.has_magic(argument):
        yield from _matching(argument, columns)
    else:
        yield from _at(argument, columns)


def _matching(pattern: str, columns: Columns) -> Read:
    """The histories in every file and folder that a pattern names."""
    paths = sorted(glob.glob(pattern, recursive=True), key=natural)  # noqa: PTH207 - Path.glob takes no absolute one
    if not paths:
        yield Problem(pattern, "no file or folder has such a name")
    for path in paths:
        yield from _at(path, columns)


def _at(argument: str, columns: Columns) -> Read:
    path = Path(argument)
    try:
        if path.is_dir():
            yield from _folder(path, columns)
        elif path.is_file():
            yield from _guarded(detect.reader(path).read(path, file_label(path), columns), argument)
        elif path.exists():
            yield Problem(argument, "is no regular file")
        elif path.is_symlink():
            yield Problem(argument, f"is a link to {path.readlink()}, which is not there")
        else:
            yield Problem(argument, "no such file or folder (an MLflow run is given as mlflow:RUN_ID)")
    except UnreadableError as error:
        yield Problem(argument, str(error))
    except (OSError, ValueError) as error:
        yield Problem(argument, f"cannot be read: {getattr(error, 'strerror', None) or error}")


def _guarded(read: Read, source: str, quiet: bool = False) -> Read:
    """What a reader gives, and what it raises as a ``Problem``; ``quiet``: no word of a file without a series."""
    try:
        yield from read
    except NoSeriesError as error:
        if not quiet:
            yield Problem(source, str(error))
    except UnreadableError as error:
        yield Problem(source, str(error))
    except OSError as error:
        yield Problem(source, f"cannot be read: {error.strerror or error}")
    except MemoryError:
        yield Problem(source, "takes more memory than there is")
    except Exception as error:
        # A foreign library may raise anything on a damaged file, and the other files are still to be read.
        yield Problem(source, f"cannot be read: {type(error).__name__}: {' '.join(str(error).split())[:200]}")


def _folder(root: Path, columns: Columns) -> Read:
    walk = Walk(root)
    found = False
    for log in walk.logs():
        empty = True
        for item in _guarded(log.reader.read(log.path, log.name, columns), str(log.path), quiet=not log.sure):
            empty = False
            found = True
            yield item
        if empty:
            walk.no_log()
    told = walk.told()
    if not found:
        raise UnreadableError(f"no log found in this folder, nor in those below it{told and f' (left out: {told})'}")
    if told:
        yield Note(str(root), f"left out: {told}")


def _piped(columns: Columns) -> Read:
    """The histories in standard input, which is kept in a private file while it is read."""
    try:
        with _spooled(sys.stdin.buffer) as path:
            for item in _guarded(detect.reader(path).read(path, "standard input", columns), STDIN):
                yield _renamed(item, str(path))
    except UnreadableError as error:
        yield Problem(STDIN, str(error))
    except OSError as error:
        yield Problem(STDIN, f"cannot be read: {error.strerror or error}")


def _renamed(item: History | Problem, place: str) -> History | Problem:
    """What was read from a copy, under the name of the original."""
    if isinstance(item, History):
        parts = {name: replace(part, source=STDIN) for name, part in item.parts.items()}
        return replace(item, source=STDIN, parts=parts)
    return Problem(item.source.replace(place, STDIN), item.reason)


@contextmanager
def _spooled(stream: BinaryIO) -> Iterator[Path]:
    """A private file with all that a stream holds. Raises ``UnreadableError`` where that is too much."""
    with tempfile.NamedTemporaryFile(prefix="sweep-") as file:
        taken = 0
        while block := stream.read(BLOCK):
            taken += len(block)
            if taken > LARGEST_INPUT:
                raise UnreadableError(f"more than {LARGEST_INPUT // 2**30} GiB; save it to a file and give its name")
            file.write(block)
        file.flush()
        yield Path(file.name)
