"""How many trials run side by side on this machine, and which GPUs each of them sees."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from sweep.errors import ConfigError


@dataclass(frozen=True)
class Slot:
    """Room for one trial, and what to add to the trial's environment."""

    environ: dict[str, str] = field(default_factory=dict)


def slots(workers: int | None, gpus_per_trial: float) -> list[Slot]:
    """The slots for these settings. Raises `ConfigError` for numbers out of range and for GPUs that are not there."""
    if workers is not None and workers < 1:
        raise ConfigError("executor.workers", f"is {workers}, but must be at least 1, or null for one a core")
    if gpus_per_trial < 0:
        raise ConfigError("executor.gpus_per_trial", f"is {gpus_per_trial}, but must be at least 0")
    if not gpus_per_trial:
        return [Slot()] * (workers or cores())
    devices = gpus()
    if not devices:
        raise ConfigError("executor.gpus_per_trial", f"is {gpus_per_trial}, but no GPU is seen: use 0 for the CPU")
    shared = _shares(devices, gpus_per_trial)
    if not shared:
        raise ConfigError("executor.gpus_per_trial", f"is {gpus_per_trial}, but only {len(devices)} GPU(s) are seen")
    return [Slot({"CUDA_VISIBLE_DEVICES": device}) for device in shared][: workers or None]


def cores() -> int:
    """Cores that this process may use: its affinity, within its container's quota."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text().split()
    except (OSError, ValueError):
        return allowed
    return allowed if quota == "max" else max(1, min(allowed, int(quota) // int(period)))


def gpus() -> list[str]:
    """Names of the GPUs that a process started here would see, without importing torch."""
    if (visible := os.environ.get("CUDA_VISIBLE_DEVICES")) is not None:
        return [name.strip() for name in visible.split(",") if name.strip()]
    if shutil.which("nvidia-smi") is None:
        return []
    listed = subprocess.run(
        ["nvidia-smi", "--query-gpu=index", "--format=csv,noheader"], capture_output=True, text=True
    )
    return listed.stdout.split() if listed.returncode == 0 else []


def _shares(devices: list[str], each: float) -> list[str]:
    """Devices of each slot; round robin over the GPUs, so that few trials spread over many."""
    if each <= 1:
        return devices * int(1 / each + 1e-9)
    width = round(each)
    if abs(width - each) > 1e-9:
        raise ConfigError("executor.gpus_per_trial", f"is {each}, but above 1 must be a whole number of GPUs")
    return [",".join(devices[i : i + width]) for i in range(0, len(devices) - width + 1, width)]
