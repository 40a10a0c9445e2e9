"""Numbers as people and programs write them into a cell."""

from __future__ import annotations

import re

ABSENT = {"", "na", "n/a", "none", "null", "-", "--", "no log", ".", "nil"}
"""Cells that stand for a point that was never recorded; ``nan`` is a value, and a grave one."""
WRAPPED = re.compile(r"(?:tensor|array|(?:np\.|numpy\.)?float\d*)\((.*)\)")
THOUSANDS = re.compile(r"[-+]?[1-9]\d{0,2}(?:[,_' ]\d{3})+(?:\.\d+)?")
DECIMAL_COMMA = re.compile(r"[-+]?\d*,\d+(?:[eE][-+]?\d+)?")
THOUSANDS_DOT = re.compile(r"[-+]?\d{1,3}(?:\.\d{3})+,\d+")
DIGIT = re.compile(r"\d")
LONGEST = 400
"""Characters of the longest number."""
FRACTION = re.compile(r"(\d+) ?/ ?\d+")


def number(text: str, counts: bool = False) -> float | None:
    """The number in a cell, ``None`` where there is none. ``counts``: it is of a step or an epoch, so whole.

    Spreadsheets write 1,5 and 93 %, people 1.234,5 and 12,000.5, Keras [1.5], PyTorch tensor(1.5), progress bars 3/10.
    A comma before exactly three digits parts thousands where something else tells so (``12,000.5``, ``1,200,000``).
    """
    if len(text) > LONGEST:
        return None
    try:
        return float(text)
    except ValueError:
        pass
    if not DIGIT.search(text) and "n" not in text.lower():
        return None
    bare = text.strip().strip("\"'[]*`")
    wrapped = WRAPPED.fullmatch(bare)
    if wrapped:
        bare = wrapped[1].split(", ")[0]
    share = 0.01 if bare.endswith("%") else 1.0
    bare = bare.rstrip("% ")
    try:
        return share * float(_dotted(bare, counts)) if bare else None
    except ValueError:
        return None


def is_absent(text: str) -> bool:
    """Whether a cell says that nothing was recorded."""
    return text.strip().strip("\"'*`").lower() in ABSENT


def _dotted(text: str, counts: bool) -> str:
    """A number in Python's spelling."""
    if THOUSANDS_DOT.fullmatch(text):
        return text.replace(".", "").replace(",", ".")
    if THOUSANDS.fullmatch(text) and (counts or "." in text or text.count(",") != 1):
        return re.sub(r"[,_' ]", "", text)
    if DECIMAL_COMMA.fullmatch(text):
        return text.replace(",", ".")
    fraction = FRACTION.fullmatch(text)
    return fraction[1] if fraction else text
