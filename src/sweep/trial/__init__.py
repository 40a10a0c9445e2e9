"""One attempt at a trial: what goes in, how it trains, and the result that it commits.

This door is light: a coordinator imports it without torch, which the trial itself loads.
"""

from __future__ import annotations

from sweep.executors.base import Handle, Outcome
from sweep.trial.payload import Payload


def attempt(payload: Payload, handle: Handle) -> Outcome:
    """Train, record and diagnose: the objective of every study here."""
    from sweep.trial import run

    return run.run(payload, handle)
