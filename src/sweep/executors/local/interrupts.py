"""Ctrl-C and SIGTERM as something to wait for, so that they never cut off a transaction of the study's storage."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any


@contextmanager
def interrupts() -> Iterator[Connection]:
    """Yield a connection that becomes readable at the first SIGINT or SIGTERM; the second one raises at once.

    Outside the main thread, where Python allows no signal handlers, the connection stays silent.
    """
    reader, writer = Pipe(duplex=False)
    before: dict[signal.Signals, Any] = {}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def handle(number: int, frame: object) -> None:
        restore()
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        writer.send(number)

    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            before[number] = signal.signal(number, handle)
    except ValueError:
        before.clear()
    try:
        yield reader
    finally:
        restore()
        reader.close()
        writer.close()
