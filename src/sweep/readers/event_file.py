"""TensorBoard's event files: the scalars in them, record by record, in bounded memory.

The frame is TensorFlow's (tensorflow/core/lib/io/record_writer.h): a length of 8 bytes and its checksum of 4, the
record, and its checksum of 4. What a record describes is measured before it is made: a tensor of a few bytes may claim
billions of elements.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HEAD = struct.Struct("<QI")
FOOT = 4
LONGEST = 64 * 2**20
"""Bytes of a record that is looked at; a longer one is stepped over."""


def scalars(path: Path) -> Iterator[tuple[str, int, float]]:
    """Every scalar as ``(tag, step, value)``, of TensorFlow's tensors too; ends where the file is damaged."""
    from tensorboard.compat.proto.event_pb2 import Event

    for record in _records(path):
        try:
            event = Event.FromString(record)
        except Exception:  # protobuf's DecodeError, of whichever of its implementations is installed
            return
        for value in event.summary.value:
            number = _number(value)
            if number is not None:
                yield value.tag, event.step, number


def _records(path: Path) -> Iterator[bytes]:
    size = path.stat().st_size
    with path.open("rb") as file:
        while len(head := file.read(HEAD.size)) == HEAD.size:
            length, _ = HEAD.unpack(head)
            if length + FOOT > size - file.tell():
                return
            if length > LONGEST:
                file.seek(length + FOOT, 1)
                continue
            yield file.read(length)
            file.seek(FOOT, 1)


def _number(value: Any) -> float | None:
    """The number of a summary's value, ``None`` where it is an image, a histogram, a text or a larger tensor."""
    kind = value.WhichOneof("value")
    if kind == "simple_value":
        return float(value.simple_value)
    if kind != "tensor" or any(axis.size != 1 for axis in value.tensor.tensor_shape.dim):
        return None
    if len(value.tensor.tensor_content) > 16:
        return None
    from tensorboard.util import tensor_util

    try:
        array = tensor_util.make_ndarray(value.tensor)
    except (TypeError, ValueError):
        return None
    if array.size != 1 or array.dtype.kind not in "fiu":
        return None
    number = float(array.reshape(()))
    return number if array.dtype.kind == "f" or math.isfinite(number) else None
