"""How many trials fit on this machine at once, and which GPU each of them sees."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from sweep.errors import StudyError


@dataclass(frozen=True)
class Slot:
    """Room for one trial: what to add to its environment."""

    environ: dict[str, str] = field(default_factory=dict)


def slots(workers: int | None, gpus_per_trial: float) -> list[Slot]:
    """The slots asked for. Raises `StudyError` for numbers that make none."""
    if workers is not None and workers < 1:
        raise StudyError("executor.workers", f"{workers} runs nothing: give 1 or more, or null for one a core")
    if gpus_per_trial < 0:
        raise StudyError("executor.gpus_per_trial", f"{gpus_per_trial} is no share of a GPU: give 0 or more")
    if not gpus_per_trial:
        return [Slot()] * (workers or cores())
    devices = gpus()
    if not devices:
        raise StudyError("executor.gpus_per_trial", f"{gpus_per_trial} asked, and no GPU is seen: give 0 for the CPU")
    shared = _shares(devices, gpus_per_trial)
    if not shared:
        raise StudyError("executor.gpus_per_trial", f"{gpus_per_trial} asked, and only {len(devices)} GPU(s) are seen")
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
        raise StudyError("executor.gpus_per_trial", f"{each}: above 1 only whole GPUs can be given")
    return [",".join(devices[i : i + width]) for i in range(0, len(devices) - width + 1, width)]
