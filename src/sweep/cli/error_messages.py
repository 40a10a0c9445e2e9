"""One line for a configuration that was refused: what is wrong, what was expected, and the fix.

Our own errors say it all. Those of Hydra and OmegaConf are recognised by their text.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator

from hydra.errors import OverrideParseException

from sweep.config.keys import known, unknown_key
from sweep.config.schema import options
from sweep.errors import ConfigError

LISTS = ("record", "study.objectives", "recipe.metrics", "recipe.data.text")
KINDS = {"Integer": "a whole number", "Float": "a number", "Boolean": "true or false"}
_FULL_KEY = re.compile(r"full_key: (\S+)")
_WORD = re.compile(r"Error (?:merging|parsing) override '?([^'\n]*)")


def error_message(error: BaseException) -> str:
    """What to print for an error of Hydra, OmegaConf or ours, in one line."""
    if isinstance(error, ConfigError):
        return f"sweep: {error}"
    text = "\n".join(_texts(error))
    for pattern, explain in _EXPLANATIONS:
        if found := pattern.search(text):
            return f"sweep: {explain(found, text)}"
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return f"sweep: {lines[0] if lines else type(error).__name__}"


def _texts(error: BaseException | None) -> Iterator[str]:
    """What an error and its causes say, and the override that Hydra could not parse."""
    while error is not None:
        yield str(error)
        if isinstance(error, OverrideParseException):
            yield f"Error parsing override '{error.override}'"
        error = error.__cause__


def _key(text: str) -> str:
    """The key that OmegaConf names in full, else the one of the override."""
    if found := _FULL_KEY.search(text):
        return found[1]
    return _override(text).partition("=")[0].lstrip("+~")


def _override(text: str) -> str:
    found = _WORD.search(text)
    return found[1] if found else ""


def _no_key(found: re.Match[str], text: str) -> str:
    return str(unknown_key(_key(text) or found[1]))


def _no_option(found: re.Match[str], text: str) -> str:
    group, _, name = found[1].rpartition("/")
    _, _, listed = text.partition(f"Available options in '{group}':")
    names = re.findall(r"^\t+(\w+)$", listed, re.MULTILINE) or options(group)
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    guess = f": did you mean {near[0]}? There are" if near else ": choose one of"
    return f"{group}={name} is not there{guess} {', '.join(names)}"


def _several_values(found: re.Match[str], text: str) -> str:
    key, _, values = found[1].partition("=")
    one_list = f", or write '{key}=[{values}]' for one list" if key in LISTS else ""
    return f"{found[1]} gives several values: add -m to run a trial with each{one_list}"


def _not_by_default(found: re.Match[str], text: str) -> str:
    return f"{found[1]} has no default to replace: write {found[2]}"


def _wrong_type(found: re.Match[str], text: str) -> str:
    return f"{_key(text)} is {found[1]}, but must be {KINDS.get(found[2], found[2].lower())}"


def _not_null(found: re.Match[str], text: str) -> str:
    return f"{_key(text)} is null, but must have a value"


def _not_a_list(found: re.Match[str], text: str) -> str:
    key, _, value = _override(text).partition("=")
    return f"{key} is {value!r}, but must be a list: write '{key}=[{value}]'"


def _not_a_value(found: re.Match[str], text: str) -> str:
    key = _override(text).partition("=")[0].lstrip("+")
    if key.startswith("remedy."):
        name = key.split(".")[1]
        if key.endswith(".strength"):
            return f"{key} is for a remedy that is not chosen: add +remedy={name}"
        return str(unknown_key(key))
    inside = next((name for name in known() if name.startswith(f"{key}.")), f"{key}.NAME")
    return f"{key} holds keys, not a value: set one of them, such as {inside}"


def _no_value(found: re.Match[str], text: str) -> str:
    return f"{found[1]} has no value: write KEY=VALUE"


def _unreadable(found: re.Match[str], text: str) -> str:
    word = _override(text)
    which = f"{word!r} can't be read" if word else "an override can't be read"
    return f"{which}: write KEY=VALUE, and quote values with spaces or brackets, 'KEY=\"VALUE\"'"


_EXPLANATIONS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], str], str]], ...] = (
    (re.compile(r"Key '([^']+)' (?:is not in struct|not in '\w+')"), _no_key),
    (re.compile(r"Could not (?:find|load) '([^']+)'"), _no_option),
    (re.compile(r"Ambiguous value for argument '([^']+)'"), _several_values),
    (re.compile(r"Could not override '([^']+)'\. No match in the defaults list[^+]*(\+\S+)"), _not_by_default),
    (re.compile(r"Value (.+?) (?:of type '\w+' )?could not be converted to (\w+)"), _wrong_type),
    (re.compile(r"field '(\w+)' is not Optional"), _not_null),
    (re.compile(r"Invalid value assigned: \w+ is not a ListConfig"), _not_a_list),
    (re.compile(r"Invalid type assigned|Cannot assign \w+ to Dict"), _not_a_value),
    (re.compile(r"Error parsing override '([^'\n]*)'\s*missing EQUAL"), _no_value),
    (re.compile(r"Error parsing override|no viable alternative|LexerNoViableAlt|mismatched input"), _unreadable),
)
