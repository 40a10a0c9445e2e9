"""TensorBoard event files, and folders of them."""

from __future__ import annotations

from array import array
from pathlib import Path

from sweep.readers.base import Columns, Head, Read, Reader, UnreadableError
from sweep.readers.column_mapping import Raw, history
from sweep.readers.column_names import SPLITS
from sweep.readers.event_file import scalars

EVENTS = "tfevents"
VERSION = b"brain.Event:"
MOST_TAGS = 10_000


def sniff(head: Head) -> bool:
    """Whether the first record tells the version of an event file."""
    return VERSION in head.data[:64]


def find(folder: Path, names: frozenset[str]) -> Path | None:
    """The folder itself where it holds event files, or folders of the splits of one run."""
    return folder if any(EVENTS in name for name in names) or parts(folder) else None


def read(path: Path, name: str, columns: Columns) -> Read:
    """One history from an event file, or from a folder of them and the folders of its splits."""
    raw = dict(_series(path))
    for part in parts(path):
        raw.update({f"{_split(part.name)}/{tag}": series for tag, series in _series(part).items()})
    if not raw:
        raise UnreadableError("holds no scalars; was the writer closed or flushed?")
    yield history(raw, str(path), name, columns)


def parts(folder: Path) -> list[Path]:
    """The folders beside each other that hold the splits of one run: ``train`` and ``validation``, as Keras writes
    them, or ``loss_train`` and ``loss_val``, as ``add_scalars`` does."""
    if not folder.is_dir():
        return []
    inner = [child for child in sorted(folder.iterdir()) if _split(child.name) and not child.is_symlink()]
    return [child for child in inner if child.is_dir() and _files(child)]


def _files(path: Path) -> list[Path]:
    """The event files of a folder in the order of their time; a file is its own."""
    if not path.is_dir():
        return [path]
    found = sorted(child for child in path.iterdir() if EVENTS in child.name)
    return [child for child in found if child.is_file() and not child.is_symlink()]


def _series(path: Path) -> Raw:
    """Steps and values of every scalar by its tag."""
    found: dict[str, tuple[array[float], array[float]]] = {}
    for file in _files(path):
        for tag, step, value in scalars(file):
            if tag not in found and len(found) >= MOST_TAGS:
                continue
            steps, values = found.setdefault(tag, (array("d"), array("d")))
            steps.append(step)
            values.append(value)
    return found


def _split(name: str) -> str:
    words = name.lower().replace("-", "_").split("_")
    return SPLITS.get(words[-1], "")


READER = Reader("TensorBoard", sniff, read, find)
