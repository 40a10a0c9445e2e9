"""The keys of the configuration, and the one that was meant by a key that is not there."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

import yaml
from omegaconf import DictConfig, OmegaConf

from sweep.config.schema import CONF, Schema, options
from sweep.errors import ConfigError

ON_DEMAND = ("regime", "remedy", "sweep")  # groups that no default chooses: +GROUP=NAME
# What other programs call our keys. A value that begins with a dot replaces the last part of the key.
SYNONYMS = {
    "train.learning_rate": ("lr", "learning_rate", "learningrate", "base_lr", "max_lr", "lr0", "eta", "step_size"),
    "train.batch_size": ("bs", "batch", "batch_size", "batchsize", "per_device_train_batch_size", "train_batch_size"),
    "train.epochs": ("epochs", "epoch", "n_epochs", "num_epochs", "num_train_epochs", "max_epochs", "nb_epochs"),
    "train.weight_decay": ("wd", "weight_decay", "decay", "l2", "weightdecay"),
    "train.schedule": ("scheduler", "lr_scheduler", "lr_scheduler_type", "lr_schedule"),
    "train.warmup": ("warmup", "warmup_ratio", "warmup_steps", "warmup_proportion", "warm_up"),
    "train.max_grad_norm": ("clip", "grad_clip", "clip_grad_norm", "gradient_clip_val", "max_norm", "clipping"),
    "train.early_stopping": ("patience", "early_stop", "early_stopping_patience"),
    "train.evaluations": ("eval_steps", "n_evals", "num_evals", "eval_every"),
    "recipe.model.dropout": ("dropout", "p_dropout", "dropout_rate", "drop_rate", "attention_dropout"),
    "recipe.model.width": ("width", "hidden_size", "d_model", "hidden_dim"),
    "recipe.model.layers": ("layers", "n_layers", "num_layers", "num_hidden_layers", "depth"),
    "recipe.model.checkpoint": ("model", "model_name", "model_name_or_path", "checkpoint", "pretrained"),
    "recipe.data.train": ("train_file", "data", "train_data", "data_dir"),
    "recipe": ("dataset", "task", "dataset_name"),
    "study.trials": ("n_trials", "num_trials", "max_trials", "trials"),
    "study.objectives": ("metric", "metrics", "objective", "monitor"),
    "executor.workers": ("n_jobs", "jobs", "workers", "num_workers", "max_workers"),
    "engine.device": ("device", "accelerator", "cuda"),
    "seed": ("random_state", "random_seed", "rng_seed", "manual_seed"),
    "outputs": ("output", "output_dir", "out", "outdir", "out_dir", "save_dir", "logdir", "log_dir"),
    "record": ("logger", "tracker", "trackers", "report_to", "log"),
    ".strength": ("dose", "strength", "amount"),
}


def unknown_key(key: str) -> ConfigError:
    """The refusal of a key that is not there, with the nearest ones that are."""
    near = nearest(key)
    hint = f"did you mean {' or '.join(near)}?" if near else "`python -m sweep --cfg job` lists them all"
    return ConfigError(key, f"is not a key of the configuration: {hint}")


def nearest(key: str) -> list[str]:
    """The key that was meant: by its usual name, by its last part (at most two), or by spelling. May be empty."""
    group, _, last = key.rpartition(".")
    meant = next((ours for ours, usual in SYNONYMS.items() if last.lower() in usual), None)
    if meant and meant.startswith("."):
        meant = f"{group}{meant}" if group.startswith("remedy.") else None
    others = [name for name in known() if not key.startswith(f"{name}.")]
    same = [name for name in others if name.rpartition(".")[2] == last]
    close = difflib.get_close_matches(key, others, n=1, cutoff=0.6)
    found = [meant] if meant else same or close
    return [f"+{name}" if name in ON_DEMAND else name for name in found[:2]]


def check_keys(node: DictConfig, prefix: str = "") -> None:
    """Raise `ConfigError` for a key that the schema does not have: `+KEY=VALUE` adds any."""
    kind = OmegaConf.get_type(node)
    known_here = {each.name for each in fields(kind)} if is_dataclass(kind) else None
    for key in map(str, node):
        if known_here is not None and key not in known_here:
            raise unknown_key(f"{prefix}{key}")
        if not OmegaConf.is_missing(node, key) and isinstance(node[key], DictConfig):
            check_keys(node[key], f"{prefix}{key}.")


@cache
def known() -> tuple[str, ...]:
    """Every key of the schema, dotted, those that the files of recipes and trackers state, and the groups."""
    stated = [*_of_files("recipe", ("data", "model")), *_of_files("record", options("record"))]
    return tuple(dict.fromkeys([*ON_DEMAND, *_of_record(Schema), *stated]))


def _of_record(record: Any, prefix: str = "") -> Iterator[str]:
    for each in fields(record):
        yield f"{prefix}{each.name}"
        if is_dataclass(each.default_factory):
            yield from _of_record(each.default_factory, f"{prefix}{each.name}.")


def _of_files(group: str, parts: Iterable[str]) -> Iterator[str]:
    for file in sorted((CONF / group).glob("*.yaml")):
        stated = yaml.safe_load(file.read_text(encoding="utf-8"))
        for part in parts:
            yield from (f"{group}.{part}.{name}" for name in stated.get(part, {}))
