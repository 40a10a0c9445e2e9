"""Which of a log's names stands for which of our series, by the names alone."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from sweep.readers.base import UnreadableError
from sweep.readers.column_names import BARE_SPLIT, NO_LOSS, Name, parse, plain

Metric = tuple[str, tuple[str, ...]]
"""A metric and the words that tell one of its kind from another: ``("loss", ("box",))``."""
BARE_LOSS = Name("", "loss", "", 0)
"""What a plain ``loss`` says."""
Pairs = tuple[tuple[str, str], ...]
"""Pairs of our name and the log's."""


class Cost(NamedTuple):
    """What speaks against a name, the gravest first."""

    single: bool  # it has one point, as a summary has
    fine: bool  # it is of batches, not of evaluations
    foreign: bool  # it is of another part or data set than the loss that was chosen
    rank: int  # how unlikely a loss it is
    guessed: bool  # its split is guessed
    words: int  # further words in it


class Choice:
    """Keeps the cheapest of the log's names for each of ours; of equal ones the first."""

    def __init__(self) -> None:
        self._best: dict[str, tuple[Cost, str]] = {}

    def offer(self, ours: str, theirs: str, cost: Cost) -> None:
        """Take ``theirs`` for ``ours`` where nothing cheaper was offered."""
        if ours not in self._best or cost < self._best[ours][0]:
            self._best[ours] = (cost, theirs)

    def pairs(self) -> dict[str, str]:
        """What was chosen: the log's name by ours."""
        return {ours: theirs for ours, (_, theirs) in self._best.items()}


@lru_cache(maxsize=256)
def assign(names: tuple[tuple[str, bool], ...], columns: Pairs) -> Pairs:
    """Pairs of our name and the log's.

    Args:
        names: the log's names, each with whether it has more than one point.
        columns: the user's own pairs, which win over what the names say.

    Raises:
        UnreadableError: where a name that the user gave is not in the log.
    """
    known = [name for name, _ in names]
    given = {ours: _found(theirs, known, ours) for ours, theirs in columns if ours != "step"}
    used = {*given.values(), dict(columns).get("step")}
    left = [name for name in known if name not in used]
    several = frozenset(name for name, more in names if more) or frozenset(known)
    parsed = {name: what for name in left if (what := parse(name))}
    chosen = {**_choose(parsed, several), **given}
    if "epoch" not in chosen:
        epochs = [name for name in left if plain(name) in ("epoch", "train_epoch")]
        if epochs:
            chosen["epoch"] = epochs[0]
    return tuple(chosen.items())


def _found(theirs: str, known: list[str], ours: str) -> str:
    """The log's spelling of a name that the user gave."""
    if theirs in known:
        return theirs
    alike = [name for name in known if plain(name) == plain(theirs)]
    if len(alike) == 1:
        return alike[0]
    listed = ", ".join(sorted(known)[:12]) or "none at all"
    raise UnreadableError(f"no series {theirs!r} to use as {ours}; it has: {listed}")


def _choose(parsed: dict[str, Name], several: frozenset[str]) -> dict[str, str]:
    """The log's name for each of ours."""
    told = settle_splits(parsed)
    metric = main_loss(told)
    choice = Choice()
    for name, what in told.items():
        ours = _ours(what, metric)
        if ours:
            guessed = not parsed[name].split
            foreign = metric is not None and what.rank < NO_LOSS and what.rest != metric[1]
            fine = what.grain == "step" and ours != "batch_loss"
            choice.offer(ours, name, Cost(name not in several, fine, foreign, what.rank, guessed, len(what.rest)))
    chosen = choice.pairs()
    # Beside a training loss of its own name, a bare "loss" is what the optimiser saw.
    bare = [name for name, what in parsed.items() if what == BARE_LOSS]
    spare = [name for name in bare if name in several and name not in chosen.values()]
    if metric == ("loss", ()) and spare and "train_loss" in chosen:
        chosen.setdefault("batch_loss", spare[0])
    return chosen


def _ours(what: Name, metric: Metric | None) -> str:
    """Our name for what a name says; "" for a loss of another metric than the one that was chosen."""
    if what.metric in ("learning_rate", "grad_norm"):
        return what.metric
    if what.rank < NO_LOSS and what.split == "train" and what.grain == "step" and what.metric == "loss":
        return "batch_loss"
    if what.rank < NO_LOSS and metric and what.metric == metric[0]:
        return f"{what.split}_loss"
    if what.rank == NO_LOSS or what.metric != "loss":
        return f"{what.split}_{what.metric}"
    return ""


def main_loss(told: dict[str, Name]) -> Metric | None:
    """The one metric that serves as the loss of both sides, as a gap between two different metrics means nothing."""
    losses = [what for what in told.values() if what.rank < NO_LOSS]
    if not losses:
        return None
    sides: dict[Metric, set[str]] = {}
    for what in losses:
        sides.setdefault((what.metric, what.rest), set()).add(what.split)
    best = min(losses, key=lambda what: (-len(sides[what.metric, what.rest]), what.rank))
    return best.metric, best.rest


def settle_splits(parsed: dict[str, Name]) -> dict[str, Name]:
    """Every name with a split: the test set stands in for a validation set; what tells no split is guessed.

    A bare ``accuracy`` beside a training and a validation loss of their own names is that of the validation set, as
    notebooks print it; else what tells no split is of the training set.
    """
    parsed = _first_as_training(parsed)
    sides = {what.split for what in parsed.values() if what.rank < NO_LOSS or what.metric in ("acc", "f1")}
    losses = {what.split for what in parsed.values() if what.rank < NO_LOSS}
    validated = {what.metric for what in parsed.values() if what.split == "val"}
    told: dict[str, Name] = {}
    for name, what in parsed.items():
        split = what.split
        if split == "test":
            split = "val" if "val" not in sides else ""
        elif split == "":
            of_validation = what.metric != "loss" and {"train", "val"} <= losses and what.metric not in validated
            split = "val" if of_validation else "train"
        if split:
            told[name] = what._replace(split=split)
    return told


def _first_as_training(parsed: dict[str, Name]) -> dict[str, Name]:
    """XGBoost numbers its evaluation sets, ``validation_0`` and ``validation_1``: the first is, by custom, training."""
    first = {name for name in parsed if plain(name).startswith("validation_0_")}
    if not first or not any(plain(name).startswith("validation_1_") for name in parsed):
        return parsed
    numbered: dict[str, Name] = {}
    for name, what in parsed.items():
        rest = tuple(word for word in what.rest if not word.isdigit())
        numbered[name] = what._replace(split="train" if name in first else what.split, rest=rest)
    return numbered


def parts(names: list[str]) -> dict[str, dict[str, str]]:
    """The parts of a loss that has no total among ``names``: for each part its name by side, the chosen one first.

    Empty where there is a total, or a single loss. ``{"box": {"train_loss": "train/box_loss", ...}, "cls": {...}}``.
    """
    parsed = {name: what for name in names if (what := parse(name)) and what.rank < BARE_SPLIT}
    told = settle_splits(parsed)
    metric = main_loss(told)
    if metric is None or not metric[1]:
        return {}
    found: dict[str, dict[str, str]] = {}
    for name, what in told.items():
        if what.metric == metric[0] and what.rest:
            found.setdefault(" ".join(what.rest), {}).setdefault(f"{what.split}_loss", name)
    main = " ".join(metric[1])
    alike = {part: sides for part, sides in found.items() if sides.keys() == found[main].keys()}
    return {main: alike[main], **alike} if len(alike) > 1 else {}
