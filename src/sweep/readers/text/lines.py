"""A stream of bytes as clean lines: decoded, without colours, a progress bar's states one by one, memory bounded."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

BLOCK = 2**20
LONGEST = 2**18
"""Characters of the longest line that is kept; a longer one holds no log line, and is dropped."""
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b\n]{0,512}(?:\x07|\x1b\\)?|[@-Z\\^_]|[ -/][0-~])")
"""Colours, cursor movements and titles, as ECMA-48 writes them."""
BARE_COLOUR = re.compile(r"\[(?:[0-9]{1,2}(?:;[0-9]{1,3}){0,4})m")
"""A colour whose escape character was lost in copying."""
MINUS = "\u2212"
BACKSPACES = re.compile(r"\x08+")
RULED = str.maketrans(dict.fromkeys("│┃║┆┊╎╏┇┋|", "|"))
"""What boxes are drawn with, between two cells."""
BOXED = re.compile(r"[│┃║┆┊╎╏┇┋]")


class Decoder(Protocol):
    """Decodes bytes as they come."""

    def decode(self, data: bytes, final: bool = False) -> str:
        """The text of the next bytes."""


def lines(stream: BinaryIO) -> Iterator[tuple[str, bool]]:
    """Every line of a stream, and whether the line after it was written over it (a state of a progress bar)."""
    decoder: Decoder | None = None
    rest = ""
    dropping = False
    while block := _next_block(stream):
        decoder = decoder or decoder_for(block)
        text = rest + decoder.decode(block)
        end = _last_break(text)
        if end < 0:
            dropping = dropping or len(text) > LONGEST
            rest = "" if dropping else text
            continue
        begin = 0
        if dropping:
            begin = _first_break(text)
            dropping = False
        rest = text[end:]
        yield from _split(clean(text[begin:end]))
    if rest and not dropping:
        yield from _split(clean(rest))


def decoder_for(data: bytes) -> Decoder:
    """A decoder for a text that begins with ``data``. A letter of another encoding may spoil a name, but no number."""
    return codecs.getincrementaldecoder(_encoding(data))(errors="replace")


def encoding_of(path: Path) -> str:
    """The encoding of a text, by its first bytes."""
    with path.open("rb") as file:
        return _encoding(file.read(4096))


def _encoding(data: bytes) -> str:
    for mark, encoding in BOMS:
        if data.startswith(mark):
            return encoding
    return _without_mark(data[:4096])


def clean(text: str) -> str:
    """A text without escape sequences; a backspace becomes a carriage return."""
    if "\0" in text:
        text = text.replace("\0", "")
    if "\x1b" in text:
        text = ESCAPE.sub("", text.replace("\x1b[A", "\r").replace("\x1b[1A", "\r"))
    if "[0m" in text:
        text = BARE_COLOUR.sub("", text)
    if MINUS in text:
        text = text.replace(MINUS, "-")
    if "\x08" in text:
        text = BACKSPACES.sub("\r", text)
    if BOXED.search(text):
        text = text.translate(RULED)
    return text


def _without_mark(data: bytes) -> str:
    """UTF-16 where every second byte is zero, else UTF-8."""
    if len(data) >= 16:
        even = data[0::2].count(0)
        odd = data[1::2].count(0)
        if odd > 0.4 * len(data) and not even:
            return "utf-16-le"
        if even > 0.4 * len(data) and not odd:
            return "utf-16-be"
    return "utf-8"


def _next_block(stream: BinaryIO) -> bytes:
    """What can be had without waiting for more, at most ``BLOCK`` bytes."""
    read = getattr(stream, "read1", stream.read)
    data: bytes = read(BLOCK)
    return data


def _last_break(text: str) -> int:
    """Where the last whole line ends, else -1; a carriage return at the very end may belong to a line feed."""
    return max(text.rfind("\n"), text.rfind("\r", 0, -1)) + 1 or -1


def _first_break(text: str) -> int:
    places = [place for place in (text.find("\n"), text.find("\r")) if place >= 0]
    return min(places) + 1


def _split(text: str) -> Iterator[tuple[str, bool]]:
    if "\r" not in text:
        for line in text.removesuffix("\n").split("\n"):
            if len(line) <= LONGEST:
                yield line, False
        return
    for line in text.replace("\r\n", "\n").removesuffix("\n").split("\n"):
        *states, last = line.rstrip("\r").split("\r")
        for state in states:
            if state and len(state) <= LONGEST:
                yield state, True
        if len(last) <= LONGEST:
            yield last, False
