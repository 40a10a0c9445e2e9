"""TensorBoard: event files in the trial's folder, under `tensorboard`; `tensorboard --logdir outputs` shows them."""

from __future__ import annotations

import struct
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sweep.tracking.base import Point, RunInfo, Status

FOLDER = "tensorboard"
PNG_SIZE = slice(16, 24)  # width and height, in the header of a PNG
RGB = 3  # TensorBoard's code of the colour space


@dataclass(frozen=True)
class Run:
    """One run's event file; its folder is its id."""

    writer: Any
    id: str

    def log_points(self, points: Sequence[Point]) -> None:
        """See `TrackedRun.log_points`."""
        from tensorboard.compat.proto.summary_pb2 import Summary

        for step, name, value in points:
            self._add(Summary.Value(tag=name, simple_value=value), int(step))
        self.writer.flush()

    def set_tags(self, tags: Mapping[str, str]) -> None:
        """See `TrackedRun.set_tags`."""
        self.write_table("tags", tags)

    def log_files(self, paths: Sequence[Path]) -> None:
        """See `TrackedRun.log_files`. Only pictures are added; the other files lie beside the events already."""
        from tensorboard.compat.proto.summary_pb2 import Summary

        for path in paths:
            if path.suffix == ".png":
                content = path.read_bytes()
                width, height = struct.unpack(">II", content[PNG_SIZE])
                image = Summary.Image(encoded_image_string=content, width=width, height=height, colorspace=RGB)
                self._add(Summary.Value(tag=path.stem, image=image), 0)

    def close(self, status: Status) -> None:
        """See `TrackedRun.close`."""
        self.write_table("status", {"status": status})
        self.writer.close()

    def write_table(self, tag: str, rows: Mapping[str, Any]) -> None:
        """Add keys and values as a table, which TensorBoard's text tab shows."""
        from tensorboard.compat.proto.summary_pb2 import Summary
        from tensorboard.plugins.text.metadata import create_summary_metadata
        from tensorboard.util.tensor_util import make_tensor_proto

        lines = ["| key | value |", "| --- | --- |", *(f"| {key} | {value} |" for key, value in rows.items())]
        tensor = make_tensor_proto(["\n".join(lines).encode()])
        metadata = create_summary_metadata(display_name=tag, description="")
        self._add(Summary.Value(tag=tag, metadata=metadata, tensor=tensor), 0)

    def _add(self, value: Any, step: int) -> None:
        from tensorboard.compat.proto.event_pb2 import Event
        from tensorboard.compat.proto.summary_pb2 import Summary

        self.writer.add_event(Event(wall_time=time.time(), step=step, summary=Summary(value=[value])))


class TensorBoard:
    """Event files of trials; a study has none."""

    def prepare(self) -> None:
        """See `Tracker.prepare`: runs share nothing."""

    def start_trial(self, info: RunInfo) -> Run:
        """See `Tracker.start_trial`."""
        from tensorboard.summary.writer.event_file_writer import EventFileWriter

        folder = info.directory / FOLDER
        run = Run(EventFileWriter(str(folder)), str(folder))
        run.write_table("parameters", info.params)
        run.set_tags(info.tags)
        return run

    def open_study(self, info: RunInfo, run_id: str | None) -> None:
        """See `Tracker.open_study`."""

    def close_trial(self, run_id: str | None, tags: Mapping[str, str], status: Status) -> None:
        """See `Tracker.close_trial`: an event file can be read after every point."""


def build(settings: Mapping[str, Any]) -> TensorBoard:
    """The tracker, which has no settings."""
    return TensorBoard()
