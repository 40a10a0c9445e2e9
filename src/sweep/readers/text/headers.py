"""The line of names above a table: in Markdown, between tabs or commas, or parted by blanks, even in two words."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import NamedTuple

from sweep.readers.cells import number
from sweep.readers.column_names import BARE_SPLIT, measures, parse, plain
from sweep.readers.text.names import clock_of

BLANK = " "
COUNTERS = {"e": "epoch", "#": "step", "epochs": "epoch", "steps": "step", "iters": "step", "iterations": "step"}
"""Names that count only at the head of a column."""
MOST_WORDS = 24
MOST_COLUMNS = 256
LONGEST_NAME = 4
"""Words of a name in a header that blanks part."""
SURE, LIKELY, POSSIBLE, STRANGE, NONSENSE = 3.0, 1.5, 0.5, 0.0, -1.0
"""How likely some words of a header are one name."""
IMPOSSIBLE = -1e9


class Header(NamedTuple):
    """The columns of a table.

    Args:
        names: their names.
        counters: what each counts, ``epoch``, ``step`` or ``batch``, else "".
        cut: what parts the cells: a character, or a blank for any run of them.
    """

    names: tuple[str, ...]
    counters: tuple[str, ...]
    cut: str


def counter_of(name: str) -> str:
    """``epoch``, ``step`` or ``batch`` where a column of this name counts them, else ""."""
    return COUNTERS.get(name.strip().lower(), "") or clock_of(name)


@lru_cache(maxsize=1024)
def header_of(line: str, cut: str, width: int) -> Header | None:
    """The columns that a line names, where ``cut`` parts it into ``width`` of them and they are those of a log."""
    if not 2 <= width <= MOST_COLUMNS or (cut not in line):
        return None
    ways = _parted_at_blanks(line, width) if cut == BLANK else [cells_of(line, cut)]
    for names in ways:
        if len(names) == width and _names_a_log(names):
            return Header(tuple(names), tuple(map(counter_of, names)), cut)
    return None


def cells_of(line: str, cut: str) -> list[str]:
    """The cells of a line, without the typography around them."""
    if cut == BLANK:
        return re.sub(r"(?i)no log", "-", line).replace("|", " ").split()
    text = line.strip(" \n")
    if cut == "|":
        text = text.removeprefix("|").removesuffix("|")
    return [cell.strip().strip("*`\"'") for cell in text.split(cut)]


def _parted_at_blanks(line: str, width: int) -> list[list[str]]:
    """The ways to part a header at blanks into ``width`` names, the best first; pandas leaves its index without one."""
    text = line.strip().strip("|#")
    wide = [name.strip() for name in re.split(r"\s{2,}|\t", text) if name.strip()]
    words = text.split()
    ways = [wide, words]
    if line[:1].isspace():
        ways += [["index", *wide], ["index", *words]]
    if width < len(words) <= MOST_WORDS:
        ways.append(_grouped(tuple(words), width))
    return ways


def _grouped(words: tuple[str, ...], width: int) -> list[str]:
    """Words joined to ``width`` names, as many of them known as can be: ``Epoch, Training Loss, Validation Loss``."""

    @cache
    def best(start: int, left: int) -> tuple[float, tuple[str, ...]]:
        """The best names for the words from ``start`` on, with their score."""
        if left == 0:
            return (0.0, ()) if start == len(words) else (IMPOSSIBLE, ())
        options: list[tuple[float, tuple[str, ...]]] = [(IMPOSSIBLE, ())]
        for end in range(start + 1, min(start + LONGEST_NAME, len(words)) + 1):
            score, rest = best(end, left - 1)
            name = " ".join(words[start:end])
            options.append((score + _likelihood(name), (name, *rest)))
        return max(options, key=lambda option: option[0])

    score, names = best(0, width)
    return list(names) if score > 0 else []


def _likelihood(name: str) -> float:
    """How likely these words are one name: a counter, or one metric behind at most one split."""
    alone = " " not in name
    if counter_of(name):
        return SURE if alone else POSSIBLE
    if parse(name) is None:
        return POSSIBLE if alone else STRANGE
    kinds = [what.rank == BARE_SPLIT for word in plain(name).split("_") if (what := parse(word))]
    if kinds.count(False) != 1 or kinds.count(True) > 1:
        return NONSENSE
    return SURE if kinds == [True, False] else LIKELY


def _names_a_log(names: list[str]) -> bool:
    """Whether these columns count something and measure a loss or a score."""
    if any(number(name) is not None for name in names):
        return False
    return any(map(counter_of, names)) and any(measures(name) for name in names if not counter_of(name))
