"""Foreign text on a terminal: names out of somebody else's file can neither steer it nor break the output."""

from __future__ import annotations

import io
import unicodedata
from typing import Any, TextIO

STEERING = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Unicode's categories of what a terminal obeys or cannot show: controls, direction marks, lone surrogates."""


def printable(text: object) -> str:
    """The text with all that a terminal would obey written out: an escape as ``\\x1b``."""
    shown = str(text)
    if shown.isprintable():
        return shown
    return "".join(_shown(letter) for letter in shown)


def _shown(letter: str) -> str:
    if letter in "\n\t":
        return " "
    if unicodedata.category(letter) in STEERING:
        return letter.encode("unicode_escape").decode()
    return letter


def any_encoding(stream: TextIO | Any) -> None:
    """Let a stream write what its encoding lacks as ``\\u2265``, instead of raising."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")
