"""One line of text as named numbers: which of its numbers carry a metric, and which count steps or epochs.

What a line says depends on the text between its numbers alone. Each such skeleton is parsed once and remembered, so
that the lines of one ``print`` in a training loop cost a split and a look-up.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from sweep.readers.column_names import BARE_SPLIT, parse, plain, says_split
from sweep.readers.text.names import INTERESTING, Said, clock_of, said

DIRT = re.compile(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:[T ,_]+(?=\d))?|\d{8}[-_ T]\d{6}|\d{1,3}:\d{2}:\d{2}(?:[.,]\d+)?"
    r"(?:Z|[+-]\d{2}:?\d{2})?|(?<![\d.])\d{1,3}:\d{2}(?![\d.:])|\d{1,2}[-/]\d{1,2}(?= \d{1,2}:\d{2})"
    r"|(?<!\S)[IWEF]\d{4}(?= )|(?<![\w./\\-])[\w./\\-]{1,250}\.(?:py|cc|cpp|cu|h|go|jl|lua|ipynb):\d+"
    r"|<std(?:out|err)>:?|\b(?:pid|cuda|gpu|node|device)[ :=_#]*\d+"
)
"""Dates, times, places in source files, processes: numbers that say nothing of a run."""
DIRTY = re.compile(r"\d[-:/_T]\d|:\d|\d{4}\.\d\d?\.\d|\b(?:pid|cuda|gpu|node|device)[ :=_#]*\d|\b[IWEF]\d{4} |<std")
COUNTABLE = re.compile(r"\d|\b(?i:nan|inf)\b")
"""A line without this has no number."""
"""A line without this has no dirt; quicker to find."""
BAR = re.compile(r"(?<!\d)\d{1,3}%\|[^|\n]*\||\[[=>.#* -]{3,}\]|[\u2580-\u259f\u2501\u2578\u257a]{2,}")
"""A drawn progress bar."""
DRAWN = re.compile("%\\||\\[[=>#.*]|[\u2501\u2588\u2578\u258f]")
PACE = re.compile(r"(?:it/s|s/it|m?s/step|batch(?:es)?/s)")
"""The unit behind a number that only progress bars have."""
MARK = "\x01"
BAR_MARK = "\x02"
"""What stands for dirt and for a bar in a skeleton."""
NUMBER = re.compile(
    r"((?:(?<![\w.@])(?<![\w)\]]-)|(?<=(?i:epoch))|(?<=(?i:epoch[_-]))|(?<=(?i:iter))|(?<=(?i:step)))"
    r"[-+]?(?:[1-9]\d{0,2}(?:,\d{3})+(?![\d,])(?:\.\d+)?|\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
    r"|(?<![\w.@/-])-?(?i:nan|inf|infinity|none|null|n/a|no log)(?![\w(/]))"
)
CLOSES = re.compile(r"\s*[\]:)\t/|,\-]|\s+[^\W\d]|\s*$")
"""What stands behind a number that opens its line and counts."""
BEHIND = re.compile(r" ((?:[A-Za-z]\w+ ){0,2}(?:loss|accuracy|acc|error))\s*[,;)|]")
"""A name behind its number: ``0.41 loss, 0.93 acc``."""
MOST_NAMES = 256
REMEMBERED = 4096
NEAR = 60
"""Characters before a number in which its name is looked for first."""
LONGEST = 16_000
"""Characters of a line that is looked at."""


class Metric(NamedTuple):
    """A number with a name: which of the line's numbers, under which name, times what.

    ``bare``: nothing in the line tells a split. ``over``: which number it is a share of (``9833/10000``), or -1.
    ``broken``: it is one only where the number is written with a fraction ("val 0.5", but not "val 500").
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


class Scanner:
    """Takes lines apart; remembers skeletons, and ``unknown`` names of numbers beside a counter.

    Args:
        wanted: plain names that the user gave, taken as metrics.
    """

    def __init__(self, wanted: frozenset[str] = frozenset()) -> None:
        self._wanted = wanted
        self._known: dict[tuple[str, ...], Fields] = {}
        self.unknown: dict[str, None] = {}

    def scan(self, line: str) -> tuple[Fields, list[str]]:
        """The fields of a line, and its numbers as written."""
        if len(line) > LONGEST or not COUNTABLE.search(line):
            return NOTHING, []
        if DRAWN.search(line):
            line = BAR.sub(BAR_MARK, line)
        if DIRTY.search(line):
            line = DIRT.sub(MARK, line)
        parts = NUMBER.split(line)
        if len(parts) == 1:
            return NOTHING, []
        skeleton = tuple(parts[::2])
        fields = self._known.get(skeleton)
        if fields is None:
            if not self._is_worth_it(skeleton):
                return NOTHING, []
            fields = _Parse(skeleton, self._wanted).fields()
            if fields.clocks and len(self.unknown) < MOST_NAMES:
                self.unknown.update(dict.fromkeys(fields.unknown))
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            self._known[skeleton] = fields
        return fields, parts[1::2]

    def _is_worth_it(self, skeleton: tuple[str, ...]) -> bool:
        """Whether anything shortly before a number may name it; prose is told apart quickly."""
        if any(INTERESTING.search(literal, max(0, len(literal) - NEAR)) for literal in skeleton[:-1]):
            return True
        if not self._wanted:
            return skeleton[0].strip() in ("", "[") and INTERESTING.search("".join(skeleton[:4])) is not None
        whole = plain(" ".join(skeleton)[:2000])
        return any(name in whole for name in self._wanted)


class _Parse:
    """The fields of one skeleton: the literals around its numbers, from left to right."""

    def __init__(self, literals: tuple[str, ...], wanted: frozenset[str]) -> None:
        self._literals = literals
        self._wanted = wanted
        self._context = ""
        self._sticky = ""
        self._named_before = ""
        self._metrics: list[Metric] = []
        self._clocks: list[tuple[str, int]] = []
        self._unknown: list[str] = []
        self._seen: set[str] = set()
        self._leading: list[int] = []

    def fields(self) -> Fields:
        """Read all numbers, each by the text before it and the sign behind it."""
        for at in range(len(self._literals) - 1):
            self._number(at)
        if not self._clocks:
            self._clocks = list(
                zip(("it",) if len(self._leading) == 1 else ("epoch", "batch"), self._leading, strict=False)
            )
        is_bar = any(BAR_MARK in literal or PACE.match(literal) for literal in self._literals)
        return Fields(tuple(self._metrics), tuple(self._clocks), tuple(self._unknown), is_bar)

    def _number(self, at: int) -> None:
        before = self._literals[at]
        after = self._literals[at + 1]
        if at and before.strip() == "/":
            return  # the total of the number before it
        heard = said(before)
        if heard.split:
            self._context = heard.split
        counter = clock_of(heard.name, fraction=after.lstrip()[:1] == "/")
        if _has_unit(after):
            return
        if counter:
            self._clocks.append((counter, at))
            self._named_before = heard.ahead
            self._context = next((word for word in heard.name.split() if says_split(word)), self._context)
        elif heard.name:
            self._named(at, heard, after)
        elif self._counts_batches(at, before, after):
            self._clocks.append(("batch", at))
        elif self._named_before and before.strip(f" {MARK}{BAR_MARK}") in (":", "=", "->", ")", "):", "is"):
            self._named(at, Said(self._named_before, "", ""), after)
        elif _leads(at, self._literals, self._leading):
            self._leading.append(at)
        elif behind := BEHIND.match(after):
            self._named(at, Said(behind[1], "", ""), after)

    def _counts_batches(self, at: int, before: str, after: str) -> bool:
        """Whether a number without a name, behind an epoch, counts within it: ``Epoch 3 [640/60000]``."""
        counted = self._clocks and self._clocks[-1][0] == "epoch" and not self._metrics
        enclosed = before.rstrip()[-1:] in ("[", "(") or after[:1] == "/"
        return bool(counted and enclosed) and at - self._clocks[-1][1] <= 2

    def _named(self, at: int, heard: Said, after: str) -> None:
        name = heard.name
        what = parse(name)
        if what is None and plain(name) not in self._wanted:
            if len(self._unknown) < 16 and len(name) < 40:
                self._unknown.append(name)
            return
        bare = not says_split(name)
        if what is not None and what.metric in ("learning_rate", "grad_norm"):
            bare = False
        elif bare and (side := self._context or self._carried(name)):
            name = f"{side} {name}"
            bare = False
        elif not bare and " " in name:
            self._sticky = next((word for word in name.split() if says_split(word)), "")
        if name in self._seen:
            return  # the first of two is the value, the second its running mean
        self._seen.add(name)
        over = at + 1 if after.strip() == "/" and what is not None and what.metric == "acc" else -1
        scale = 0.01 if after.lstrip(" ")[:1] == "%" else 1.0
        broken = what is not None and what.rank == BARE_SPLIT
        if broken:
            self._context = name.split()[-1]
        self._metrics.append(Metric(at, name, scale, bare, over, broken))

    def _carried(self, name: str) -> str:
        """The split of the spaced name before it (``train loss 0.5 acc 0.9``), unless that already has this metric."""
        return self._sticky if f"{self._sticky} {name}" not in self._seen else ""


def _has_unit(after: str) -> bool:
    """Whether the text behind a number makes it a duration, a size, a version: ``3.1s``, ``9GB``, ``2.1.0``."""
    glued = after[:1].isalpha() and not after.startswith("f0")  # as Julia writes single precision
    return bool(glued or after[:1] == "_" or re.match(r"\.\d", after))


def _leads(at: int, literals: tuple[str, ...], before: list[int]) -> bool:
    """Whether a number without a name opens the line and so counts: ``[3]``, ``3/10``, ``[1, 2000]``, ``0:``."""
    if at == 0:
        opens = literals[0].strip(f" \t[(#|*>-{MARK}{BAR_MARK}") == ""
        return opens and "%" not in literals[1][:2] and CLOSES.match(literals[1]) is not None
    if len(before) != 1:
        return False
    gap = literals[at]
    pair = before[0] == 0 and at == 1 and gap.strip() == "," and literals[0].strip() == "["
    bars = literals[1].strip() == "/" and at == 2 and literals[at + 1].strip() == "/"
    return pair or bars
