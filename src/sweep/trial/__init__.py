"""One attempt at a trial: its payload, its training, and the result that it commits.

This door is light: the coordinator imports it without torch, which the trial itself loads.
"""

from __future__ import annotations

from sweep.executors.base import Handle, Outcome
from sweep.trial.payload import Payload


def attempt(payload: Payload, handle: Handle) -> Outcome:
    """Train, track and diagnose one run: the objective of every study of this package."""
    from sweep.trial import run

    return run.run(payload, handle)
