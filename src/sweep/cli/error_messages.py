"""A refused configuration in at most three lines: the key, what is wrong with it, and the way out."""

from __future__ import annotations

import difflib
import re
from dataclasses import fields, is_dataclass
from typing import Any

from sweep.errors import ConfigError

_NO_KEY = re.compile(r"Key '(?P<key>[^']+)' (?:is not in struct|not in '(?P<type>\w+)')")
_NO_OPTION = re.compile(r"Could not find '(?P<option>[^']+)'")
_FULL_KEY = re.compile(r"full_key: (?P<key>\S+)")


def refusal(error: Exception) -> str:
    """What to print for an error of Hydra, OmegaConf or ours."""
    if isinstance(error, ConfigError):  # ours say it all
        return f"sweep: {error}"
    text = "\n".join(str(cause) for cause in _chain(error))
    full = _FULL_KEY.search(text)
    if found := _NO_KEY.search(text):
        key = full["key"] if full else found["key"]
        return "\n".join([f"sweep: {key}: there is no such key", *_near(key)])
    if found := _NO_OPTION.search(text):
        return "\n".join([f"sweep: there is no {found['option']}", *_options(text)])
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if full:
        reason = next((line for line in lines if line.startswith("Value ")), lines[0])
        return f"sweep: {full['key']}: {reason}"
    return "\n".join([f"sweep: {lines[0]}", *lines[1:3]]) if lines else f"sweep: {type(error).__name__}"


def _chain(error: BaseException | None) -> list[BaseException]:
    return [] if error is None else [error, *_chain(error.__cause__)]


def _near(key: str) -> list[str]:
    from sweep.config.schema import Schema

    known = list(_keys(Schema))
    close = difflib.get_close_matches(key, known, n=3, cutoff=0.5)
    same = [name for name in known if name.rpartition(".")[2] == key.rpartition(".")[2]]
    near = list(dict.fromkeys([*same, *close]))[:4]
    return [f"  nearest: {', '.join(near)}"] if near else ["  the keys: python -m sweep --cfg job"]


def _keys(schema: Any, prefix: str = "") -> list[str]:
    names = []
    for field in fields(schema):
        kind = field.default_factory if isinstance(field.default_factory, type) else None
        if is_dataclass(kind):
            names += _keys(kind, f"{prefix}{field.name}.")
        else:
            names.append(f"{prefix}{field.name}")
    return names


def _options(text: str) -> list[str]:
    _, _, after = text.partition("Available options in")
    choices = [line.strip() for line in after.splitlines()[1:] if line.strip()]
    stop = next((i for i, line in enumerate(choices) if " " in line), len(choices))
    return [f"  choose one of: {', '.join(choices[:stop])}"] if choices[:stop] else []
