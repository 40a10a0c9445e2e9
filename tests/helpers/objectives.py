"""Objectives for the tests of studies and executors: what real trials do, without training. Imported by workers too."""

from __future__ import annotations

import json
import math
import os
import signal
import time
from pathlib import Path
from typing import Any

from sweep.executors.base import Handle, Outcome


def square(params: dict[str, Any], handle: Handle) -> Outcome:
    (handle.directory / "done").touch()
    return Outcome("COMPLETE", (float(params["x"]) ** 2,), {"twice": 2 * params["x"]})


def pair(params: dict[str, Any], handle: Handle) -> Outcome:
    return Outcome("COMPLETE", (float(params["x"]), 2 * float(params["x"])))


def troubled(params: dict[str, Any], handle: Handle) -> Outcome:
    """Do what `params["do"]` says."""
    match params["do"]:
        case "raise":
            raise RuntimeError("no luck")
        case "exit":
            raise SystemExit(3)
        case "kill":
            print("last words", flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
        case "nan":
            return Outcome("COMPLETE", (math.nan,), {"diverged_at": 7})
        case "short":
            return Outcome("COMPLETE", ())
        case "wrong":
            return 3.0  # type: ignore[return-value]
        case "committed":
            commit(handle, 5.0)
            os.kill(os.getpid(), signal.SIGKILL)
        case "environ":
            return Outcome("COMPLETE", (0.0,), {key: os.environ.get(key) for key in ("OMP_NUM_THREADS", "MARK")})
    return Outcome("COMPLETE", (1.0,))


def reports(params: dict[str, Any], handle: Handle) -> Outcome:
    """Ten reports of a constant; hopeless from step `hopeless_at` on. The values are the steps done."""
    steps = 0
    for step in range(10):
        steps += 1
        if handle.report(step, params["level"], hopeless=step >= params.get("hopeless_at", 99), share=steps / 10):
            return Outcome("PRUNED", info={"steps": steps})
    return Outcome("COMPLETE", (float(params["level"]),), {"steps": steps})


def slow(params: dict[str, Any], handle: Handle) -> Outcome:
    """Steps of some milliseconds, each noted once in `curve.txt`; then the result is committed, then a little more.

    With `held`, the steps are over when the study's folder has a file `release`.
    """
    (handle.directory / "pid").write_text(str(os.getpid()))
    try:
        for step in range(int(params.get("steps", 10))):
            time.sleep(float(params.get("pause", 0.01)))
            with (handle.directory / "curve.txt").open("a") as file:
                file.write(f"{handle.attempt} {step}\n")
            handle.report(step, float(step))
        while params.get("held") and not (handle.directory.parent / "release").exists():
            time.sleep(0.02)
    except KeyboardInterrupt:
        time.sleep(0.2)  # a second signal here would break the closing
        (handle.directory / "closed").touch()
        raise
    commit(handle, float(params["x"]))
    time.sleep(float(params.get("pause", 0.01)))
    return Outcome("COMPLETE", (float(params["x"]),))


def hang(params: dict[str, Any], handle: Handle) -> Outcome:
    """One long computation without a report."""
    (handle.directory / "pid").write_text(str(os.getpid()))
    while True:
        sum(range(1_000_000))


def commit(handle: Handle, value: float) -> None:
    (handle.directory / "result.tmp").write_text(json.dumps(value))
    (handle.directory / "result.tmp").rename(handle.directory / "result.json")


def recover(directory: Path) -> Outcome | None:
    path = directory / "result.json"
    return Outcome("COMPLETE", (json.loads(path.read_text()),)) if path.exists() else None


def abandon(directory: Path, status: str) -> None:
    (directory / "abandoned").write_text(status)


def uneven(params: dict[str, Any], handle: Handle) -> Outcome:
    """The first trial ends when all the others have."""
    others = [handle.directory.parent / f"{index:03d}" / "done" for index in range(1, 6)]
    while params["x"] == 0 and not all(path.exists() for path in others):
        time.sleep(0.02)
    return square(params, handle)
