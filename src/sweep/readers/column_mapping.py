"""From the series of a log, under its own names, to curves under ours."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from sweep.curves import Curves, Series
from sweep.readers.base import WAY_OUT, Columns, NoSeriesError, UnreadableError
from sweep.readers.column_names import Name, parse, plain

Raw = Mapping[str, tuple[Any, Any]]
"""By the log's own name: the steps and the values, each a flat sequence of numbers of the same length."""

JUDGED = {"batch_loss", "train_loss", "val_loss", "train_acc", "val_acc", "train_f1", "val_f1"}
SIDES = ("train_", "val_", "batch_")
DENSE = 3
"""A training loss with this many times the points of the validation loss is a loss of batches, not of evaluations."""


def wire(raw: Raw, columns: Columns) -> tuple[Curves, dict[str, str]]:
    """Curves, and which of the log's names each of them came from.

    Raises ``UnreadableError`` where no name is known or one that the user gave is missing.
    """
    shape = tuple((name, len(values) > 1) for name, (_, values) in raw.items() if len(values))
    chosen = dict(assign(shape, tuple(sorted(columns.items()))))
    if not chosen.keys() & JUDGED:
        listed = ", ".join(sorted(raw)[:12]) or "none at all"
        raise NoSeriesError(f"no loss or accuracy found among its series ({listed}); name them: {WAY_OUT}")
    if _dense(raw, chosen, columns):
        chosen["batch_loss"] = chosen.pop("train_loss")
    made = {ours: Series(*raw[theirs]) for ours, theirs in chosen.items()}
    return Curves(_on_one_clock(_as_shares(made))), chosen


@lru_cache(maxsize=256)
def assign(names: tuple[tuple[str, bool], ...], columns: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """Pairs of our name and the log's; ``names`` are the log's with whether they have more than one point.

    The user's ``columns`` win over what the names say.
    """
    known = [name for name, _ in names]
    mine = dict(columns)
    for ours, theirs in mine.items():
        if theirs not in known and ours != "step":
            raise UnreadableError(f"no series {theirs!r} to use as {ours}; it has: {', '.join(sorted(known)[:12])}")
    chosen = {ours: theirs for ours, theirs in mine.items() if ours != "step"}
    many = {name for name, more in names if more} or set(known)
    left = [name for name in known if name not in chosen.values() and name != mine.get("step")]
    parsed = {name: what for name in left if (what := parse(name))}
    for ours, theirs in _guess(parsed, many).items():
        chosen.setdefault(ours, theirs)
    if "epoch" not in chosen:
        chosen.update([("epoch", name) for name in left if plain(name) in ("epoch", "train_epoch")][:1])
    return tuple(chosen.items())


def _guess(parsed: dict[str, Name], many: set[str]) -> dict[str, str]:
    told = _settle_splits(parsed)
    found: dict[str, tuple[tuple[Any, ...], str]] = {}

    def offer(ours: str, name: str, *cost: Any) -> None:
        if ours not in found or cost < found[ours][0]:
            found[ours] = (cost, name)

    metric = _loss_metric(told)
    for name, what in told.items():
        few, fine = name not in many, what.grain == "step"
        if what.metric in ("learning_rate", "grad_norm"):
            offer(what.metric, name, few)
        elif what.rank < 9 and what.split == "train" and fine and what.metric == "loss":
            offer("batch_loss", name, few, what.rank)
        elif metric and what.rank < 9 and what.metric == metric[0]:
            offer(f"{what.split}_loss", name, few, fine, what.rest != metric[1], what.rank, not parsed[name].split)
        elif what.rank == 9 or what.metric != "loss":
            offer(f"{what.split}_{what.metric}", name, few, fine, len(what.rest), what.rest)
    given = {ours: name for ours, (_, name) in found.items()}
    # Beside a training loss of its own name, a bare "loss" is what the optimiser saw.
    bare = [name for name, what in parsed.items() if not what.split and (what.metric, what.rest) == metric]
    spare = [name for name in bare if name in many and name not in given.values()]
    return {"batch_loss": spare[0], **given} if spare and "train_loss" in given else given


def _settle_splits(parsed: dict[str, Name]) -> dict[str, Name]:
    """Every name with a split: the test set stands in for a validation set; what tells no split is guessed.

    A bare ``accuracy`` beside a training and a validation loss of their own names is that of the validation set, as
    notebooks print it; else what tells no split is of the training set.
    """
    parsed = _first_as_training(parsed)
    sides = {what.split for what in parsed.values()}
    stand_in = "val" if "val" not in sides else ""
    losses = {what.split for what in parsed.values() if what.rank < 9}
    told: dict[str, Name] = {}
    for name, what in parsed.items():
        split = what.split
        if split == "test":
            split = stand_in
        elif split == "":
            other = any(it.split == "val" and it.metric == what.metric for it in parsed.values())
            split = "val" if what.metric != "loss" and {"train", "val"} <= losses and not other else "train"
        if split:
            told[name] = Name(split, what.metric, what.grain, what.rank, what.rest)
    return told


def _first_as_training(parsed: dict[str, Name]) -> dict[str, Name]:
    """XGBoost numbers its evaluation sets, ``validation_0`` and ``validation_1``: the first is, by custom, training."""
    numbered = {name: plain(name).startswith("validation_0_") for name in parsed}
    if not any(numbered.values()) or not any(plain(name).startswith("validation_1_") for name in parsed):
        return parsed
    bare = {name: tuple(word for word in what.rest if not word.isdigit()) for name, what in parsed.items()}
    return {
        name: Name("train" if numbered[name] else what.split, what.metric, what.grain, what.rank, bare[name])
        for name, what in parsed.items()
    }


def _loss_metric(told: dict[str, Name]) -> tuple[str, tuple[str, ...]] | None:
    """The one metric that serves as the loss of both sides, as a gap between two different metrics means nothing."""
    losses = [what for what in told.values() if what.rank < 9]
    sides: dict[tuple[str, tuple[str, ...]], set[str]] = {}
    for what in losses:
        sides.setdefault((what.metric, what.rest), set()).add(what.split)
    ranked = sorted(losses, key=lambda what: (-len(sides[what.metric, what.rest]), what.rank))
    return (ranked[0].metric, ranked[0].rest) if ranked else None


def _dense(raw: Raw, chosen: dict[str, str], columns: Columns) -> bool:
    train, val = chosen.get("train_loss"), chosen.get("val_loss")
    if not train or not val or "batch_loss" in chosen or "train_loss" in columns or "epoch" in plain(train).split("_"):
        return False
    return len(raw[train][1]) >= DENSE * max(len(raw[val][1]), DENSE)


def _on_one_clock(made: dict[str, Series]) -> dict[str, Series]:
    """One count of steps for all series, where some were logged over epochs and others over steps.

    A series whose points are numbered one by one, and end before a third of the longest, counts something else: its
    points are spread over the run.
    """
    judged = {name: series for name, series in made.items() if len(series) and name.startswith(SIDES)}
    end = max((float(series.steps[-1]) for series in judged.values()), default=0.0)
    for name, series in judged.items():
        if DENSE * (series.steps[-1] + 1) <= end and len(series) > 1 and _numbered(series):
            count = np.arange(1.0, len(series) + 1.0)
            made[name] = Series(count * (end / len(series)), series.values)
    return made


def _numbered(series: Series) -> bool:
    return bool(series.steps[0] in (0.0, 1.0) and (np.diff(series.steps) == 1).all())


def _as_shares(made: dict[str, Series]) -> dict[str, Series]:
    """Accuracies and their like in percent become shares; one scale for both splits of a metric."""
    for metric in ("acc", "f1", "precision", "recall"):
        pair = [name for name in (f"train_{metric}", f"val_{metric}") if name in made]
        tops = [float(made[name].finite().values.max()) for name in pair if len(made[name].finite())]
        if tops and 1.5 < max(tops) <= 100.5:
            made |= {name: Series(made[name].steps, np.asarray(made[name].values) / 100) for name in pair}
    return made
