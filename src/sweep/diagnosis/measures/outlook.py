"""What as much training again would gain, by extrapolation of the main series."""

from __future__ import annotations

from sweep.diagnosis.measures.run import Run, ratio

__all__ = ["gain_of_drop", "gain_of_level", "gain_z"]


def gain_of_level(run: Run) -> float:
    """The fall in sight as a share of the last level."""
    fall, _ = run.outlook
    return ratio(fall, abs(run.end))


def gain_of_drop(run: Run) -> float:
    """The fall in sight as a share of what was gained so far."""
    fall, _ = run.outlook
    return ratio(fall, max(run.origin - run.end, 0.0))


def gain_z(run: Run) -> float:
    """The fall in sight in its own standard errors."""
    fall, error = run.outlook
    return ratio(fall, error)
