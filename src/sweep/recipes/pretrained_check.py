"""What can be found wrong with a pretrained checkpoint before torch is loaded."""

from __future__ import annotations

import json
import math
from pathlib import Path

from safetensors import SafetensorError, safe_open

from sweep.errors import ConfigError

KEY = "recipe.model.checkpoint"
UNSAFE = ("pytorch_model.bin", "tf_model.h5", "flax_model.msgpack", "model.ckpt")
BYTES_PER_PARAMETER = 16  # in training: the weight, its gradient and Adam's two moments, four bytes each


def check(name: str | None) -> None:
    """Raises `ConfigError` for a checkpoint that isn't there, can't be read safely, or doesn't fit in memory.

    It reads file names and headers, no weights, and asks no network.
    """
    if not name:
        raise ConfigError(KEY, "has no value: give a folder with a checkpoint, or its name on the hub")
    folder = Path(name)
    if folder.exists():
        _check_folder(folder, name)
    elif folder.is_absolute() or name.startswith((".", "~")) or name.count("/") > 1:  # no name on the hub
        raise ConfigError(KEY, f"is {name!r}, which is not there (looked in {Path.cwd()})")


def _check_folder(folder: Path, name: str) -> None:
    if not (folder / "config.json").is_file():
        raise ConfigError(KEY, f"is {name!r}, which has no config.json: give the folder that save_pretrained wrote")
    files = sorted(folder.glob("*.safetensors"))
    if not files:
        raise ConfigError(KEY, f"is {name!r}, which {_lacks(folder)}: save it with save_pretrained, as safetensors")
    for index in folder.glob("*.safetensors.index.json"):
        parts = {*json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()}
        if absent := sorted(parts - {file.name for file in files}):
            raise ConfigError(KEY, f"is {name!r}, which lacks {', '.join(absent)} of its weights: copy it whole")
    needed = BYTES_PER_PARAMETER * sum(_parameters(file, name) for file in files)
    free = _free_memory()
    if free is not None and needed > free:
        raise ConfigError(
            KEY,
            f"is {name!r}, which takes about {needed / 1e9:.3g} GB to train, and {free / 1e9:.3g} GB of memory are "
            "free: take a smaller checkpoint, or a larger machine",
        )


def _lacks(folder: Path) -> str:
    unsafe = next((file for file in UNSAFE if (folder / file).exists()), None)
    return f"has its weights only as {unsafe}, which can run code when it is read" if unsafe else "has no weights"


def _parameters(file: Path, name: str) -> int:
    """How many numbers a file holds, by its header alone."""
    try:
        with safe_open(file, framework="np") as tensors:
            return sum(math.prod(tensors.get_slice(key).get_shape()) for key in tensors.keys())  # noqa: SIM118
    except SafetensorError as error:
        raise ConfigError(KEY, f"is {name!r}, whose {file.name} is not a whole safetensors file ({error})") from error


def _free_memory() -> int | None:
    try:
        import psutil
    except ImportError:  # it comes with accelerate; without it nothing is refused
        return None
    free: int = psutil.virtual_memory().available
    return free
