"""Pretrained checkpoints: a local folder or a hub name; weights as safetensors only, never code from a checkpoint.

Nothing is imported from torch or transformers before a checkpoint is loaded: `check` is called before a study starts.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from safetensors import SafetensorError, safe_open

from sweep.errors import ConfigError

if TYPE_CHECKING:
    from transformers import PretrainedConfig, PreTrainedModel

KEY = "recipe.model.checkpoint"
FILES = ["*.json", "*.safetensors", "*.txt", "*.model"]
UNSAFE = ("pytorch_model.bin", "tf_model.h5", "flax_model.msgpack", "model.ckpt")
BYTES_PER_PARAMETER = 16  # in training: the weight, its gradient and Adam's two moments, four bytes each
DROPOUTS = ("hidden_dropout_prob", "attention_probs_dropout_prob", "dropout", "attention_dropout")


class Loaded(NamedTuple):
    """A model with a head for the task, and the names of the weights that the checkpoint lacks."""

    model: PreTrainedModel
    missing: list[str]


def check(name: str | None) -> None:
    """Raises `ConfigError` for a checkpoint that isn't there, can't be read safely, or doesn't fit in memory.

    Light: it reads file names and headers, no weights, and asks no network.
    """
    if not name:
        raise ConfigError(KEY, "has no value: give a folder with a checkpoint, or its name on the hub")
    folder = Path(name)
    if folder.exists():
        _check_folder(folder, name)
    elif folder.is_absolute() or name.startswith((".", "~")) or name.count("/") > 1:  # no name on the hub
        raise ConfigError(KEY, f"is {name!r}, which is not there (looked in {Path.cwd()})")


def local_folder(name: str) -> Path:
    """The folder of a checkpoint, fetched from the hub where it is a name there. Raises `ConfigError`."""
    check(name)
    if Path(name).exists():
        return Path(name)
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    try:
        folder = Path(snapshot_download(name, allow_patterns=FILES))
    except (HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OSError) as error:
        raise ConfigError(
            KEY,
            f"is {name!r}, which is not a folder here and can't be fetched from the hub ({first_line(error, 160)}): "
            "without a network, give the folder of a checkpoint",
        ) from error
    check(str(folder))
    return folder


def load_config(folder: Path, dropout: float | None, **settings: Any) -> PretrainedConfig:
    """The checkpoint's configuration, with a dropout of ours unless it is None. Raises `ConfigError`."""
    from transformers import AutoConfig

    try:
        config = AutoConfig.from_pretrained(folder, trust_remote_code=False, **settings)
    except (OSError, ValueError, KeyError) as error:
        reason = first_line(error, 200)
        raise ConfigError(KEY, f"is {str(folder)!r}, whose config.json can't be used: {reason}") from error
    if dropout is not None:
        for key in DROPOUTS:
            if hasattr(config, key):
                setattr(config, key, dropout)
    return config


def class_config(folder: Path, dropout: float | None, names: Sequence[str]) -> PretrainedConfig:
    """The checkpoint's configuration for classes of these names, each example of one class. Raises `ConfigError`."""
    config = load_config(folder, dropout)
    config.num_labels = len(names)
    config.id2label = dict(enumerate(names))
    config.label2id = {name: number for number, name in enumerate(names)}
    config.problem_type = "single_label_classification"
    return config


def load_model(auto: Any, folder: Path, config: PretrainedConfig, task: str) -> Loaded:
    """The model with a head for the task; a head that the checkpoint lacks begins with random weights.

    Args:
        auto: a class of transformers' like ``AutoModelForSequenceClassification``.
        folder: where the checkpoint is.
        config: its configuration, changed or not.
        task: what the head is for, in words, for messages.

    Raises `ConfigError` for an architecture without such a head, or weights that can't be loaded.
    """
    if type(config) not in auto._model_mapping:
        kinds = ", ".join(sorted({each.model_type for each in auto._model_mapping}))
        raise ConfigError(
            KEY,
            f"is {str(folder)!r}, of architecture {config.model_type!r}, which has no head for {task}; "
            f"these have one: {kinds[:300]}, ...",
        )
    try:
        model, report = _from_pretrained(auto, folder, config)
    except (OSError, ValueError, RuntimeError) as error:
        reason = first_line(error, 200)
        raise ConfigError(KEY, f"is {str(folder)!r}, whose weights can't be loaded: {reason}") from error
    missing = [*report["missing_keys"], *(name for name, *_ in report["mismatched_keys"])]
    in_body = sum(name.startswith(f"{model.base_model_prefix}.") for name in missing)
    if in_body > len(list(model.named_parameters())) / 2:
        raise ConfigError(KEY, f"is {str(folder)!r}, whose weights are those of another model: {in_body} are missing")
    return Loaded(model, sorted(missing))


def model_factory(
    auto: Any, folder: Path, config: PretrainedConfig, task: str
) -> tuple[Callable[[], Any], tuple[str, ...]]:
    """A callable that loads the model anew, and notes for the user; loaded once here, so that what fails fails now."""
    notes: tuple[str, ...] = ()
    if load_model(auto, folder, config, task).missing:
        notes = (f"{KEY} has no head for {len(config.id2label)} classes: a new one begins with random weights",)
    return lambda: load_model(auto, folder, config, task).model, notes


def first_line(error: Exception, length: int) -> str:
    """The first line of an error's text, cut to ``length`` characters; its type where there is no text."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0][:length]


def _from_pretrained(auto: Any, folder: Path, config: PretrainedConfig) -> Any:
    """The model and what was missing, without a progress bar or a warning that the head is new: a note says so."""
    import torch
    from transformers.utils import logging

    verbosity = logging.get_verbosity()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        return auto.from_pretrained(
            folder,
            config=config,
            use_safetensors=True,
            trust_remote_code=False,
            ignore_mismatched_sizes=True,
            dtype=torch.float32,
            output_loading_info=True,
        )
    finally:
        logging.set_verbosity(verbosity)


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
