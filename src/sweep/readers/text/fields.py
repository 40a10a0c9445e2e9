"""One line of text as named numbers: which of its numbers carry a metric, and which count steps or epochs."""

from __future__ import annotations

import re
from typing import NamedTuple

from sweep.readers.column_names import BARE_SPLIT, Name, is_vague, parse, plain, says_split
from sweep.readers.text.names import Said, clock_of, said

MARK = "\x01"
BAR_MARK = "\x02"
"""What stands for a date, a time or a place, and for a drawn bar, between the numbers of a line."""
PACE = re.compile(r"(?:it/s|s/it|m?s/step|batch(?:es)?/s)")
"""The unit behind a number that only progress bars have."""
UNIT = re.compile(r"^[A-Za-z]+(?:/[A-Za-z]+)*")
"""The unit of the number before: ``it/s train_loss``."""
CLOSES = re.compile(r"\s*[\]:)\t/|,\-]|\s+[^\W\d]|\s*$")
"""What stands behind a number that opens its line and counts."""
BEHIND = re.compile(r" ((?:[A-Za-z]\w+ ){0,2}(?:loss|accuracy|acc|error))\s*[,;)|]")
"""A name behind its number: ``0.41 loss, 0.93 acc``."""
JOINS = {":", "=", "->", ")", "):", "is"}
"""What stands between a counter and the value of what was named before it: ``Loss at step 3: 0.5``."""
KNOBS = ("learning_rate", "grad_norm")


class Metric(NamedTuple):
    """A number with a name.

    Args:
        at: which of the line's numbers.
        name: its name, behind the split that the line tells apart from it.
        scale: what it is multiplied by: 0.01 before a percent sign.
        bare: nothing in the line tells a split.
        over: which number it is a share of (``9833/10000``), or -1.
        broken: it counts only where it is written with a fraction ("val 0.5", but not "val 500").
    """

    at: int
    name: str
    scale: float
    bare: bool
    over: int
    broken: bool


class Fields(NamedTuple):
    """The numbers of a line that mean something: metrics, and counters by ``epoch``, ``step``, ``batch`` or ``it``."""

    metrics: tuple[Metric, ...]
    clocks: tuple[tuple[str, int], ...]
    unknown: tuple[str, ...]
    is_bar: bool


NOTHING = Fields((), (), (), False)


class LineParser:
    """Reads the literals around a line's numbers from left to right.

    Args:
        literals: the text before, between and behind the numbers: one more than there are numbers.
        wanted: plain names that the user gave, taken as metrics.
    """

    def __init__(self, literals: tuple[str, ...], wanted: frozenset[str]) -> None:
        self._literals = literals
        self._wanted = wanted
        self._context = ""  # the split that was said apart from any name: "valid | loss"
        self._carried = ""  # the split in the name before: "train loss 0.5 acc 0.9"
        self._ahead = ""  # the metric that was named before a counter: "loss at step"
        self._metrics: dict[str, Metric] = {}
        self._clocks: list[tuple[str, int]] = []
        self._leading: list[int] = []
        self._unknown: list[str] = []

    def fields(self) -> Fields:
        """The fields of the line."""
        for at in range(len(self._literals) - 1):
            self._number(at)
        if not self._clocks:
            names = ("it",) if len(self._leading) == 1 else ("epoch", "batch")
            self._clocks = list(zip(names, self._leading, strict=False))
        is_bar = any(BAR_MARK in literal or PACE.match(literal) for literal in self._literals)
        return Fields(tuple(self._metrics.values()), tuple(self._clocks), tuple(self._unknown), is_bar)

    def _number(self, at: int) -> None:
        """Find out what one number is: by the text before it, and by the signs behind it."""
        before = self._literals[at]
        after = self._literals[at + 1]
        if at and before.strip() == "/":
            return  # the total of the number before it
        heard = said(UNIT.sub("", before) if at else before)
        self._context = heard.split or self._context
        if _has_unit(after):
            return
        counter = clock_of(heard.name, fraction=after.lstrip()[:1] == "/")
        if counter:
            self._counter(at, counter, heard)
        elif heard.name:
            self._named(at, heard.name, after)
        elif self._counts_batches(at, before, after):
            self._clocks.append(("batch", at))
        elif self._ahead and before.strip(f" {MARK}{BAR_MARK}") in JOINS:
            self._named(at, self._ahead, after)
        elif self._leads(at):
            self._leading.append(at)
        elif behind := BEHIND.match(after):
            self._named(at, behind[1], after)

    def _counter(self, at: int, counter: str, heard: Said) -> None:
        self._clocks.append((counter, at))
        self._ahead = heard.ahead
        self._context = _split_in(heard.name) or self._context

    def _named(self, at: int, name: str, after: str) -> None:
        """Take a number under its name, where that is known or wanted."""
        what = parse(name)
        if what is None and plain(name) not in self._wanted:
            if len(self._unknown) < 16 and len(name) < 40:
                self._unknown.append(name)
            return
        full = self._with_split(name, what)
        if full in self._metrics:
            return  # the first of two is the value, the second its running mean
        bare = full == name and not says_split(name) and not (what and what.metric in KNOBS)
        share = what is not None and what.metric == "acc" and after.strip() == "/"
        percent = after.lstrip(" ")[:1] == "%"
        vague = what is not None and is_vague(what)
        self._metrics[full] = Metric(at, full, 0.01 if percent else 1.0, bare, at + 1 if share else -1, vague)
        if what is not None and what.rank == BARE_SPLIT:
            self._context = _split_in(name)

    def _with_split(self, name: str, what: Name | None) -> str:
        """A name behind the split that the line tells apart from it."""
        if what is not None and what.metric in KNOBS:
            return name
        if says_split(name):
            self._carried = _split_in(name) if " " in name else self._carried
            return name
        if self._context:
            return f"{self._context} {name}"
        carried = f"{self._carried} {name}".strip()
        return name if carried in self._metrics else carried

    def _counts_batches(self, at: int, before: str, after: str) -> bool:
        """Whether a number without a name, behind an epoch, counts within it: ``Epoch 3 [640/60000]``."""
        if not self._clocks or self._clocks[-1][0] != "epoch" or self._metrics:
            return False
        enclosed = before.rstrip()[-1:] in ("[", "(") or after[:1] == "/"
        return enclosed and at - self._clocks[-1][1] <= 2

    def _leads(self, at: int) -> bool:
        """Whether a number without a name opens the line and so counts: ``[3]``, ``3/10``, ``[1, 2000]``, ``0:``."""
        first, second = self._literals[:2]
        if at == 0:
            opens = first.strip(f" \t[(#|*>-{MARK}{BAR_MARK}") == ""
            return opens and "%" not in second[:2] and CLOSES.match(second) is not None
        if self._leading != [0]:
            return False
        pair = at == 1 and second.strip() == "," and first.strip() == "["
        bars = at == 2 and second.strip() == "/" and self._literals[3].strip() == "/"
        return pair or bars


def _split_in(name: str) -> str:
    """The word of a name that tells its split, or ""."""
    return next((word for word in name.split() if says_split(word)), "")


def _has_unit(after: str) -> bool:
    """Whether the text behind a number makes it a duration, a size, a version: ``3.1s``, ``9GB``, ``2.1.0``."""
    glued = after[:1].isalpha() and not after.startswith("f0")  # as Julia writes single precision
    return bool(glued or after[:1] == "_" or re.match(r"\.\d", after))
