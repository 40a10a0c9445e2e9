"""Trials side by side on this machine, each in a process of its own."""

from sweep.executors.local.executor import Local, build

__all__ = ["Local", "build"]
