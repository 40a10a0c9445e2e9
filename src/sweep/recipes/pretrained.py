"""Pretrained checkpoints: a local folder or a hub name; weights as safetensors only, never code from a checkpoint."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
from huggingface_hub import snapshot_download
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError
from transformers import AutoConfig, PretrainedConfig, PreTrainedModel
from transformers.utils import logging

from sweep.errors import ConfigError
from sweep.recipes.pretrained_check import KEY, check

FILES = ["*.json", "*.safetensors", "*.txt", "*.model"]
DROPOUTS = ("hidden_dropout_prob", "attention_probs_dropout_prob", "dropout", "attention_dropout")


class Loaded(NamedTuple):
    """A model with a head for the task, and the names of the weights that the checkpoint lacks."""

    model: PreTrainedModel
    missing: list[str]


def local_folder(name: str) -> Path:
    """The folder of a checkpoint, fetched from the hub where it is a name there. Raises `ConfigError`."""
    check(name)
    if Path(name).exists():
        return Path(name)
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
