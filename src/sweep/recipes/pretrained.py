"""Pretrained checkpoints: a local folder or a hub name; weights as safetensors only, never code from a checkpoint."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sweep.errors import ConfigError

if TYPE_CHECKING:
    from transformers import PretrainedConfig, PreTrainedModel

KEY = "recipe.model.checkpoint"
FILES = ["*.json", "*.safetensors", "*.txt", "*.model"]
TRAINING = 16  # bytes for each parameter: the weight, its gradient and Adam's two moments, four bytes each
UNSAFE = ("pytorch_model.bin", "tf_model.h5", "flax_model.msgpack", "model.ckpt")


def check(name: str | None) -> None:
    """Refuse a checkpoint that is not there, has no weights that can be read safely, or does not fit in memory.

    Light: it reads file names and headers, no weights, and asks no network.
    """
    if not name:
        raise ConfigError(KEY, "has no value: give a folder with a checkpoint, or its name on the hub")
    folder = Path(name)
    if not folder.exists():
        if folder.is_absolute() or name.startswith((".", "~")) or name.count("/") > 1:
            raise ConfigError(KEY, f"is {name!r}, which is not there (looked in {Path.cwd()})")
        return  # a name on the hub
    if not (folder / "config.json").is_file():
        raise ConfigError(KEY, f"is {name!r}, which has no config.json: give the folder that save_pretrained wrote")
    files = sorted(folder.glob("*.safetensors"))
    if not files:
        unsafe = next((file for file in UNSAFE if (folder / file).exists()), None)
        has = f"has its weights only as {unsafe}, which can run code when it is read" if unsafe else "has no weights"
        raise ConfigError(KEY, f"is {name!r}, which {has}: save it with save_pretrained, as model.safetensors")
    for index in folder.glob("*.safetensors.index.json"):
        parts = {*json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()}
        lost = sorted(parts - {file.name for file in files})
        if lost:
            raise ConfigError(KEY, f"is {name!r}, which lacks {', '.join(lost)} of its weights: copy it whole")
    needed, free = TRAINING * sum(_parameters(file, name) for file in files), _free_memory()
    if free is not None and needed > free:
        raise ConfigError(
            KEY,
            f"is {name!r}, which takes about {needed / 1e9:.3g} GB to train, and {free / 1e9:.3g} GB of memory are "
            "free: take a smaller checkpoint, or a larger machine",
        )


def local(name: str) -> Path:
    """The folder of a checkpoint, fetched from the hub where it is a name there. Raises `ConfigError`."""
    check(name)
    if Path(name).exists():
        return Path(name)
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    try:
        folder = Path(snapshot_download(name, allow_patterns=FILES))
    except (HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OSError) as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0][:160]
        raise ConfigError(
            KEY,
            f"is {name!r}, neither a folder here nor to be had from the hub ({reason}): without a network, "
            f"give the folder of a checkpoint",
        ) from error
    check(str(folder))
    return folder


def shaped(folder: Path, dropout: float | None, **settings: Any) -> PretrainedConfig:
    """The checkpoint's configuration, with a dropout of ours where one is asked for. Raises `ConfigError`."""
    from transformers import AutoConfig

    try:
        config = AutoConfig.from_pretrained(folder, trust_remote_code=False, **settings)
    except (OSError, ValueError, KeyError) as error:
        reason = str(error).strip().splitlines()[0][:200]
        raise ConfigError(KEY, f"is {str(folder)!r}, whose config.json can't be used: {reason}") from error
    if dropout is not None:
        for key in ("hidden_dropout_prob", "attention_probs_dropout_prob", "dropout", "attention_dropout"):
            if hasattr(config, key):
                setattr(config, key, dropout)
    return config


def load(auto: Any, folder: Path, config: PretrainedConfig, task: str) -> tuple[PreTrainedModel, list[str]]:
    """The model with a head for the task, and the names of weights that the checkpoint lacks.

    ``auto`` is a class of transformers' like ``AutoModelForSequenceClassification``. Raises `ConfigError` for an
    architecture without such a head.
    """
    import torch
    from transformers.utils import logging

    if type(config) not in auto._model_mapping:
        kinds = ", ".join(sorted({each.model_type for each in auto._model_mapping}))
        raise ConfigError(
            KEY,
            f"is {str(folder)!r}, of architecture {config.model_type!r}, which has no head for {task}; "
            f"these have one: {kinds[:300]}, ...",
        )
    before = logging.get_verbosity()
    logging.set_verbosity_error()  # that a head is new is no warning here; the run says it in a line
    logging.disable_progress_bar()
    try:
        model, report = auto.from_pretrained(
            folder,
            config=config,
            use_safetensors=True,
            trust_remote_code=False,
            ignore_mismatched_sizes=True,
            dtype=torch.float32,
            output_loading_info=True,
        )
    except (OSError, ValueError, RuntimeError) as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
        raise ConfigError(KEY, f"is {str(folder)!r}, whose weights can't be loaded: {reason}") from error
    finally:
        logging.set_verbosity(before)
    missing = [*report["missing_keys"], *(name for name, *_ in report["mismatched_keys"])]
    body = sum(name.startswith(f"{model.base_model_prefix}.") for name in missing)
    if body * 2 > len(list(model.named_parameters())):
        raise ConfigError(KEY, f"is {str(folder)!r}, whose weights are those of another model: {body} are missing")
    return model, sorted(missing)


def maker(auto: Any, folder: Path, config: PretrainedConfig, task: str) -> tuple[Callable[[], Any], tuple[str, ...]]:
    """A callable that loads the model anew, and what there is to say of it. It is loaded once here, to be sure."""
    _, missing = load(auto, folder, config, task)
    notes = (f"{KEY} has no head for {len(config.id2label)} classes: a new one begins by chance",) if missing else ()
    return lambda: load(auto, folder, config, task)[0], notes


def _parameters(file: Path, name: str) -> int:
    """How many numbers a safetensors file holds, from its header."""
    try:
        with file.open("rb") as content:
            (size,) = struct.unpack("<Q", content.read(8))
            if size > file.stat().st_size:
                raise ValueError("it is cut off")
            header: Mapping[str, Any] = json.loads(content.read(size))
        ends = [described["data_offsets"][1] for name, described in header.items() if name != "__metadata__"]
        if 8 + size + max(ends, default=0) != file.stat().st_size:
            raise ValueError("it is cut off")
    except (ValueError, KeyError, struct.error) as error:
        raise ConfigError(KEY, f"is {name!r}, whose {file.name} is no safetensors file ({error})") from error
    total = 0
    for tensor, described in header.items():
        if tensor != "__metadata__":
            count = 1
            for length in described["shape"]:
                count *= length
            total += count
    return total


def _free_memory() -> int | None:
    try:
        import psutil
    except ImportError:  # it travels with accelerate; without it nothing is refused
        return None
    free: int = psutil.virtual_memory().available
    return free
