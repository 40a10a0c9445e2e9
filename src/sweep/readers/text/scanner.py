"""Takes lines apart, quickly.

What a line says depends on the text between its numbers alone. Each such skeleton is parsed once and remembered, so
that the lines of one ``print`` in a training loop cost a split and a look-up.
"""

from __future__ import annotations

import re

from sweep.readers.column_names import plain
from sweep.readers.text.fields import BAR_MARK, MARK, NOTHING, Fields, LineParser
from sweep.readers.text.names import INTERESTING

DIRT = re.compile(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:[T ,_]+(?=\d))?|\d{8}[-_ T]\d{6}|\d{1,3}:\d{2}:\d{2}(?:[.,]\d+)?"
    r"(?:Z|[+-]\d{2}:?\d{2})?|(?<![\d.])\d{1,3}:\d{2}(?![\d.:])|\d{1,2}[-/]\d{1,2}(?= \d{1,2}:\d{2})"
    r"|(?<!\S)[IWEF]\d{4}(?= )|(?<![\w./\\-])[\w./\\-]{1,250}\.(?:py|cc|cpp|cu|h|go|jl|lua|ipynb):\d+"
    r"|<std(?:out|err)>:?|\b(?:pid|cuda|gpu|node|device)[ :=_#]*\d+"
)
"""Dates, times, places in source files, processes: numbers that say nothing of a run."""
DIRTY = re.compile(r"\d[-:/_T]\d|:\d|\d{4}\.\d\d?\.\d|\b(?:pid|cuda|gpu|node|device)[ :=_#]*\d|\b[IWEF]\d{4} |<std")
"""A line without this has no dirt; found more quickly."""
COUNTABLE = re.compile(r"\d|\b(?i:nan|inf)\b")
"""A line without this has no number."""
BAR = re.compile(r"(?<!\d)\d{1,3}%\|[^|\n]*\||\[[=>.#* -]{3,}\]|[\u2580-\u259f\u2501\u2578\u257a]{2,}")
"""A drawn progress bar."""
DRAWN = re.compile("%\\||\\[[=>#.*]|[\u2501\u2588\u2578\u258f]")
"""A line without this has no bar; found more quickly."""
NUMBER = re.compile(
    r"((?:(?<![\w.@])(?<![\w)\]]-)|(?<=(?i:epoch))|(?<=(?i:epoch[_-]))|(?<=(?i:iter))|(?<=(?i:step)))"
    r"[-+]?(?:[1-9]\d{0,2}(?:,\d{3})+(?![\d,])(?:\.\d+)?|\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
    r"|(?<![\w.@/-])-?(?i:nan|inf|infinity|none|null|n/a|no log)(?![\w(/]))"
)
"""A number that is no part of a word (``f1``, ``top-5``), or a word in its place."""
LONGEST = 16_000
"""Characters of a line that is looked at."""
NEAR = 60
"""Characters before a number in which its name is looked for first."""
REMEMBERED = 4096
MOST_NAMES = 256
DIFFERENT = 50_000
DIFFERING = 10
"""A text with more different lines than these, ten times as many as lines that repeat, is prose."""


class Scanner:
    """Takes lines apart; remembers skeletons, and ``unknown`` names of numbers beside a counter.

    Args:
        wanted: plain names that the user gave, taken as metrics.
    """

    def __init__(self, wanted: frozenset[str] = frozenset()) -> None:
        self.unknown: dict[str, None] = {}
        self._wanted = wanted
        self._known: dict[tuple[str, ...], Fields] = {}
        self._parsed = 0
        self._repeated = 0

    @property
    def is_prose(self) -> bool:
        """Whether so many lines were all different that no program printed them in a loop."""
        return self._parsed > DIFFERENT and self._parsed > DIFFERING * self._repeated

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
            fields = self._parse(skeleton)
        elif fields.metrics:
            self._repeated += 1
        return fields, parts[1::2]

    def _parse(self, skeleton: tuple[str, ...]) -> Fields:
        """The fields of a skeleton that was not met before."""
        if not self._is_worth_it(skeleton):
            return NOTHING
        self._parsed += 1
        fields = LineParser(skeleton, self._wanted).fields()
        if fields.clocks and len(self.unknown) < MOST_NAMES:
            self.unknown.update(dict.fromkeys(fields.unknown))
        if len(self._known) >= REMEMBERED:
            self._known.clear()
        self._known[skeleton] = fields
        return fields

    def _is_worth_it(self, skeleton: tuple[str, ...]) -> bool:
        """Whether anything shortly before a number may name it; prose is told apart quickly."""
        if any(INTERESTING.search(literal, max(0, len(literal) - NEAR)) for literal in skeleton[:-1]):
            return True
        if not self._wanted:
            return skeleton[0].strip() in ("", "[") and INTERESTING.search("".join(skeleton[:4])) is not None
        whole = plain(" ".join(skeleton)[:2000])
        return any(name in whole for name in self._wanted)
