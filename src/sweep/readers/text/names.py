"""The name that the text before a number gives to it, and whether that counts steps or epochs."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from sweep.readers.column_names import BARE_SPLIT, SPLITS, STEPS, parse, plain

INTERESTING = re.compile(
    r"loss|acc|epoch|step|iter|err|train|val|eval|test|nll|entropy|ppl|perplex|mse|mae|cost|f1|lr|learning|l1|l2|bleu|map"
    r"|wer|iou|dice|score|auc|bp[bc]|round|update|\bit\b|\bep\b|objective|elbo|xent|dev|norm",
    re.IGNORECASE,
)
"""A line without any of these words is not worth a closer look."""
BOUNDARY = re.compile(
    r"[:=|;,(){}\[\]<>\t\x01\x02*#]+|(?<!\w)['\"`]|['\"`](?!\w)|\s[-\u2013\u2014]+\s|^[-\u2013\u2014]+\s|\s[-\u2013\u2014]+$|\s{3,}|[-=]>|[.!?]\s"
)
SIGNS = re.compile(r"[^\w)\]#]+$")
"""What stands between a name and its number."""
OPENED = re.compile(r"(?:tensor|array|(?:np\.|numpy\.|jnp\.)?float\d*)\($")
ENCLOSED = re.compile(r"(?P<name>[\w@./ -]*\w) ?[(\[](?P<inner>[\w@./ -]+)[)\]]$")
"""A split or a unit behind a name: ``Loss (val)``, ``loss[train]``."""
LEVELS = {"info", "debug", "warning", "warn", "error", "critical", "root", "main", "notice", "log"}
FILLER = re.compile(
    r"and|a|an|the|with|is|was|of|at|to|has|had|for|on|in|are|equals|=|then|by|after|now|finished|done|completed?|got|gives"
    r"|gave|reached"
)
CONTEXTS = {word for word in SPLITS if len(word) > 2} - {"fit", "learn", "heldout", "holdout", "trained", "tst", "vld"}
NO_NAME = re.compile(
    r"(?i)\b(?:improve[ds]?|improving|from|best|lowest|highest|saving|did|not|below|above|than|under|over|until|if|when|every"
    r"|threshold|target|patience|weight|coef\w*|lambda|scale|clip|smoothing|function|fn|type|delta|line|file|version)\b"
)
"""Words of sentences about a metric, and of settings."""
MOST_WORDS = 6
LONGEST = 300
"""Characters before a number that may name it."""
COUNTS_EPOCHS = {"epoch", "ep", "epoch_num"}
COUNTS_STEPS = {"step", "iter", "iteration", "update", "up", "it", "round", "idx"}
NO_CLOCK = re.compile(
    r"best|max|num|total|per|warmup|warm|save|early|every|last|previous|resum(?:e|ed|ing)|from|stop(?:ped|ping)?|until"
    r"|remaining|n|min|load(?:ed|ing)?|patience|checkpoint|log|logging|decay|accum(?:ulation)?|size|time"
)
"""Words beside a counter that make it a setting, or the number of another moment."""
NO_STEP = {"eval", "val", "valid", "validation", "test", "evaluation"}
"""Words beside a step that make it count batches of an evaluation."""


class Said(NamedTuple):
    """What stands before a number: its name; the split that was said apart from it; what stands ahead of a counter."""

    name: str
    split: str
    ahead: str


@lru_cache(maxsize=8192)
def said(literal: str) -> Said:
    """Take apart the text between the number before and this one, of a long one its end."""
    text = literal[-LONGEST:].rstrip()
    text = OPENED.sub("", text.rstrip("[ "))
    end = SIGNS.search(text)
    signs = end[0] if end else ""
    text = text.removesuffix(signs)
    if "," in signs and not _pairs(signs, literal):
        text += ","
    enclosed = ENCLOSED.search(text)
    tail = ""
    if enclosed and not enclosed["inner"].strip().isdigit():
        tail = enclosed["inner"]
        text = text[: enclosed.end("name")]
    pieces = BOUNDARY.split(text)
    name = _trimmed(pieces[-1])
    if tail and (parse(tail) or plain(tail) in SPLITS):
        name = f"{name} {tail}".strip()
    split = next((found for piece in reversed(pieces[:-1]) if (found := _context(piece))), "")
    return Said(name, split, _ahead(name))


@lru_cache(maxsize=8192)
def clock_of(name: str, fraction: bool = False) -> str:
    """``epoch``, ``step`` or ``batch`` where a name counts them, else ""; plurals count in a fraction alone."""
    joined = plain(name)
    if not joined or len(joined) > 60:
        return ""
    if joined.endswith("num_updates"):
        return "step"
    words = joined.split("_")
    last = words[-1]
    if fraction and last.endswith("s") and last[:-1] in {*COUNTS_EPOCHS, *COUNTS_STEPS, "batch"}:
        last = last[:-1]
    others = set(words[:-1])
    if len(others) > 4 or any(map(NO_CLOCK.fullmatch, others)):
        return ""
    if len(words) > 1 and _measures(name):
        return ""
    if last in COUNTS_EPOCHS:
        return "epoch"
    if NO_STEP & set(words[-2:-1]):
        return ""
    if last in ("batch", "minibatch") or joined == "batch_idx":
        return "batch"
    return "step" if last in COUNTS_STEPS or (joined in STEPS and not joined.endswith("s")) else ""


def _pairs(signs: str, literal: str) -> bool:
    """Whether a comma joins a name to its number, ``('loss', 0.5)`` or ``loss,0.5``; else it ends what was before."""
    return signs[0] in "'\"" or literal[-1] == ","


def _measures(name: str) -> bool:
    """Whether a name that ends in a counter is that of a metric: ``train_loss_epoch``, not ``loss at step``."""
    what = parse(name)
    words = name.lower().split()
    return what is not None and what.rank != BARE_SPLIT and not (len(words) > 1 and FILLER.fullmatch(words[-2]))


def _trimmed(piece: str) -> str:
    """A name without the words of a sentence around it; "" where a sentence is left."""
    words = piece.strip(" .-\u2013\u2014_\"'`").split()
    while words and (FILLER.fullmatch(words[0].lower()) or words[0].lower() in LEVELS):
        del words[0]
    while words and FILLER.fullmatch(words[-1].lower()):
        del words[-1]
    name = " ".join(words)
    if len(words) > MOST_WORDS or NO_NAME.search(name) or not re.search(r"[A-Za-z]", name):
        return ""
    return name


def _context(piece: str) -> str:
    """The split that a few words beside the name tell; "" for a sentence or a path."""
    if "/" in piece or "." in piece.strip(" ."):
        return ""
    words = piece.lower().split()
    if not words or len(words) > 4:
        return ""
    return next((word for word in re.findall(r"[a-z]+", piece.lower()) if word in CONTEXTS), "")


def _ahead(name: str) -> str:
    """The metric in front of a counter, whose value comes behind it: ``Loss at step 3: 0.5``."""
    words = name.split()
    front = " ".join(words[:-1])
    while front and FILLER.fullmatch(front.split()[-1].lower()):
        front = " ".join(front.split()[:-1])
    what = parse(front) if front else None
    return front if what is not None and what.rank != BARE_SPLIT else ""
