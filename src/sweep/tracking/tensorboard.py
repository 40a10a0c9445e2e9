"""TensorBoard: event files in the trial's folder, under `tensorboard`; `tensorboard --logdir outputs` shows them."""

from __future__ import annotations

import struct
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sweep.tracking import Begin, Point, Status

FOLDER = "tensorboard"
_PNG_SIZE = slice(16, 24)  # width and height, in the header of a PNG


@dataclass(frozen=True)
class Run:
    """One run's event file."""

    writer: Any
    id: str

    def points(self, points: Sequence[Point]) -> None:
        """See `Record.points`."""
        from tensorboard.compat.proto.summary_pb2 import Summary

        for step, name, value in points:
            self._add(Summary.Value(tag=name, simple_value=value), int(step))
        self.writer.flush()

    def tag(self, tags: Mapping[str, str]) -> None:
        """See `Record.tag`."""
        self.text("tags", tags)

    def files(self, paths: Sequence[Path]) -> None:
        """See `Record.files`: the pictures; the others lie beside the events anyway."""
        from tensorboard.compat.proto.summary_pb2 import Summary

        for path in paths:
            if path.suffix == ".png":
                content = path.read_bytes()
                width, height = struct.unpack(">II", content[_PNG_SIZE])
                image = Summary.Image(encoded_image_string=content, width=width, height=height, colorspace=3)
                self._add(Summary.Value(tag=path.stem, image=image), 0)

    def close(self, status: Status) -> None:
        """See `Record.close`."""
        self.text("status", {"status": status})
        self.writer.close()

    def text(self, tag: str, rows: Mapping[str, Any]) -> None:
        """A table of keys and values, as TensorBoard's text tab shows it."""
        from tensorboard.compat.proto.summary_pb2 import Summary
        from tensorboard.plugins.text.metadata import create_summary_metadata
        from tensorboard.util.tensor_util import make_tensor_proto

        lines = ["| key | value |", "| --- | --- |", *(f"| {key} | {value} |" for key, value in rows.items())]
        tensor = make_tensor_proto(["\n".join(lines).encode()])
        about = create_summary_metadata(display_name=tag, description="")
        self._add(Summary.Value(tag=tag, metadata=about, tensor=tensor), 0)

    def _add(self, value: Any, step: int) -> None:
        from tensorboard.compat.proto.event_pb2 import Event
        from tensorboard.compat.proto.summary_pb2 import Summary

        self.writer.add_event(Event(wall_time=time.time(), step=step, summary=Summary(value=[value])))


def prepare(settings: Mapping[str, Any]) -> None:
    """Nothing is shared between runs."""


def start(settings: Mapping[str, Any], begin: Begin) -> Run:
    """A new event file, the parameters in it as a table."""
    from tensorboard.summary.writer.event_file_writer import EventFileWriter

    folder = begin.directory / FOLDER
    run = Run(EventFileWriter(str(folder)), str(folder))
    run.text("parameters", begin.params)
    run.tag(begin.tags)
    return run


def close(settings: Mapping[str, Any], run_id: str, status: Status) -> None:
    """Nothing to do: an event file can be read after every point."""
