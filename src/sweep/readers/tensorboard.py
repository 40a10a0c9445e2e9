"""TensorBoard event files, read by TensorBoard's own accumulator."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from pathlib import Path

from sweep.readers.base import Columns, History, Read, UnreadableError
from sweep.readers.column_mapping import Raw, wire
from sweep.readers.column_names import SPLITS

EVENTS = "*tfevents*"


def read(path: Path, name: str, columns: Columns) -> Read:
    """One history from an event file, or from a folder of them and the folders of its splits."""
    raw = dict(scalars(path))
    for part in parts(path):
        raw.update({f"{_split(part.name)}/{tag}": series for tag, series in scalars(part).items()})
    if not raw:
        raise UnreadableError("holds no scalars; was the writer closed or flushed?")
    curves, chosen = wire(raw, columns)
    yield History(str(path), name, curves, chosen)


def parts(folder: Path) -> list[Path]:
    """The folders beside each other that hold the splits of one run: ``train`` and ``validation``, as Keras writes
    them, or ``loss_train`` and ``loss_val``, as ``add_scalars`` does."""
    if not folder.is_dir():
        return []
    inner = [child for child in sorted(folder.iterdir()) if child.is_dir() and any(child.glob(EVENTS))]
    return [child for child in inner if _split(child.name)]


def scalars(path: Path) -> Raw:
    """Steps and values of every scalar by its tag, of TensorFlow's tensors too."""
    from tensorboard.backend.event_processing import event_accumulator as accumulator
    from tensorboard.util import tensor_util

    if path.is_dir() and not any(path.glob(EVENTS)):
        return {}
    logging.getLogger("tensorboard").setLevel(logging.CRITICAL)
    keep = {accumulator.SCALARS: 0, accumulator.TENSORS: 0, accumulator.IMAGES: 1, accumulator.AUDIO: 1}
    events = accumulator.EventAccumulator(str(path), {**keep, accumulator.HISTOGRAMS: 1})
    events.Reload()
    tags = events.Tags()
    found = {tag: _columns((event.step, event.value) for event in events.Scalars(tag)) for tag in tags["scalars"]}
    for tag in tags["tensors"]:
        tensors = [(event.step, tensor_util.make_ndarray(event.tensor_proto)) for event in events.Tensors(tag)]
        if tensors and all(value.size == 1 and value.dtype.kind in "fiu" for _, value in tensors):
            found[tag] = _columns((step, float(value.reshape(()))) for step, value in tensors)
    return found


def _columns(points: Iterable[tuple[int, float]]) -> tuple[list[int], list[float]]:
    kept = list(points)
    return [step for step, _ in kept], [value for _, value in kept]


def _split(name: str) -> str:
    words = name.lower().replace("-", "_").split("_")
    return SPLITS.get(words[-1], "")
