"""What the harness itself costs a trial: python scripts/bench_overhead.py [--trials 1000] [--workers 1] [--storage URL]

No-op trials, each in its fresh process. Shown: the whole time per trial, what of it passes inside Optuna's storage,
and the rest, which is ours (target: at most 50 ms a trial); and the last hundred against the first (target: at most
1.5x). On a busy machine compare with the bare process, started and joined out of the same fork server in the same
minute.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from sweep.executors.base import Handle, Outcome


def nothing(payload: Any, handle: Handle) -> Outcome:
    """A trial that reports once and ends."""
    handle.report(1, 0.5)
    return Outcome("COMPLETE", (payload["x"],), {"diagnosed": "healthy"})


def bare() -> None:
    """What a bare process does."""


def bare_process(times: int = 50) -> float:
    """Milliseconds to start and join a process that does nothing, out of the running fork server."""
    from multiprocessing import get_context

    began = time.perf_counter()
    for _ in range(times):
        process = get_context("forkserver").Process(target=bare)
        process.start()
        process.join()
    return 1000 * (time.perf_counter() - began) / times


class Meter:
    """Seconds spent inside an object's public methods, nested calls counted once."""

    def __init__(self) -> None:
        self.seconds, self.depth = 0.0, 0

    def attach(self, thing: Any) -> Any:
        """The same thing, measured."""
        for name in dir(thing):
            method = getattr(thing, name)
            if callable(method) and not name.startswith("_"):
                setattr(thing, name, self.timed(method))
        return thing

    def timed(self, method: Callable[..., Any]) -> Callable[..., Any]:
        """The method, measured."""

        def wrapped(*args: Any, **rest: Any) -> Any:
            began, outermost = time.perf_counter(), not self.depth
            self.depth += 1
            try:
                return method(*args, **rest)
            finally:
                self.depth -= 1
                self.seconds += (time.perf_counter() - began) if outermost else 0.0

        return wrapped


def main() -> None:
    """Run the bench and print its table."""
    # Imported here: a script is imported again by each of its workers.
    import argparse
    import tempfile
    from pathlib import Path
    from unittest import mock

    from sweep.executors.inline import Inline
    from sweep.executors.local import Local
    from sweep.study import events, storage
    from sweep.study import run as study
    from sweep.study.loop import TrialHooks
    from sweep.study.settings import StudySettings
    from sweep.study.space import Interval

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=1, help="0: inline, in this process")
    parser.add_argument("--sampler", default="qmc")
    parser.add_argument("--storage", default=None, help="default: a fresh SQLite file")
    given = parser.parse_args()
    meter, ended = Meter(), []

    def listen(event: events.Event) -> None:
        if isinstance(event, events.Opened | events.Ended):
            ended.append((time.perf_counter(), meter.seconds))

    def metered(url: str) -> Any:
        # The wrapper that Optuna puts around a database, so that its cache counts as storage too.
        import optuna

        return meter.attach(optuna.storages.get_storage(storage.open_storage(url)))

    with tempfile.TemporaryDirectory() as folder, mock.patch.object(study, "open_storage", metered):
        study.run(
            StudySettings(
                "overhead",
                trials=given.trials,
                storage=given.storage or f"sqlite:///{folder}/optuna.db",
                sampler=given.sampler,
            ),
            {"x": Interval(0, 1), "y": Interval(0, 1)},
            TrialHooks(dict, nothing),
            Path(folder) / "overhead",
            Local(given.workers, preload=("sweep.study",)) if given.workers else Inline(),
            listener=listen,
        )

    def span(first: int, last: int) -> tuple[float, float]:
        (t0, s0), (t1, s1) = ended[first], ended[last]
        return 1000 * (t1 - t0) / (last - first), 1000 * (s1 - s0) / (last - first)

    print(f"{given.trials} trials, {given.workers} worker(s), sampler {given.sampler}; ms per trial")
    print(f"{'':16}{'whole':>10}{'storage':>10}{'harness':>10}")
    tenth = max(1, min(100, given.trials // 10))
    for label, first, last in (
        ("all", 1, given.trials),
        (f"first {tenth}", 1, 1 + tenth),
        (f"last {tenth}", given.trials - tenth, given.trials),
    ):
        whole, inside = span(first, last)
        print(f"{label:16}{whole:10.1f}{inside:10.1f}{whole - inside:10.1f}")
    if given.workers:
        print(f"a bare process: {bare_process():.1f}")
    print(f"last over first: {span(given.trials - tenth, given.trials)[0] / span(1, 1 + tenth)[0]:.2f}")


if __name__ == "__main__":
    main()
