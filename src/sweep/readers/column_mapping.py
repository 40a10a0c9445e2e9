"""From the series of a log, under its own names, to a history under ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from sweep.curves import Curves, Series
from sweep.readers.base import WAY_OUT, Columns, History, NoSeriesError
from sweep.readers.column_names import NO_LOSS, is_clock, parse, plain
from sweep.readers.name_choice import assign, parts

Raw = Mapping[str, tuple[Any, Any]]
"""By the log's own name: the steps and the values, each a flat sequence of numbers of the same length."""

JUDGED = {"batch_loss", "train_loss", "val_loss", "train_acc", "val_acc", "train_f1", "val_f1"}
SIDES = ("train_", "val_", "batch_")
DENSE = 3
"""A training loss with this many times the points of the validation loss is a loss of batches, not of evaluations."""


class Wired(NamedTuple):
    """Curves, and which of the log's names each of them came from."""

    curves: Curves
    columns: dict[str, str]


def wire(raw: Raw, columns: Columns) -> Wired:
    """Curves under our names.

    Args:
        raw: the series under the log's names.
        columns: the user's own naming.

    Raises:
        UnreadableError: where no name is known, or one that the user gave is missing.
    """
    ordered = _largest_part_first(raw)
    shape = tuple((name, len(raw[name][1]) > 1) for name in ordered if len(raw[name][1]))
    chosen = dict(assign(shape, tuple(sorted(columns.items()))))
    if not chosen.keys() & JUDGED:
        listed = ", ".join(sorted(raw)[:12]) or "none at all"
        raise NoSeriesError(f"no loss or accuracy found among its series ({listed}); name them: {WAY_OUT}")
    if _dense(raw, chosen, columns):
        chosen["batch_loss"] = chosen.pop("train_loss")
    made = {ours: Series(*raw[theirs]) for ours, theirs in chosen.items()}
    return Wired(Curves(_on_one_clock(_as_shares(made))), chosen)


def history(raw: Raw, source: str, name: str | int, columns: Columns, notes: Sequence[str] = ()) -> History:
    """The history of one run, with the parts of its loss where the log has no total. Raises as ``wire`` does."""
    wired = wire(raw, columns)
    found = {} if columns else parts([theirs for theirs in _largest_part_first(raw) if len(raw[theirs][1]) > 1])
    main = next(iter(found), "")
    others = {
        part: History(source, name, *wire(raw, {**columns, **sides}), part=part)
        for part, sides in found.items()
        if part != main
    }
    told = list(notes)
    if others:
        told.append(f"no total among the losses {', '.join(found)}: {main} is the largest and stands for the loss")
    used = {*wired.columns.values(), *(theirs for part in others.values() for theirs in part.columns.values())}
    told += _other_sets(raw, wired.columns, used)
    over = tuple(theirs for theirs in raw if theirs not in used and not is_clock(theirs))
    return History(source, name, wired.curves, wired.columns, over, tuple(told), part=main, parts=others)


def _other_sets(raw: Raw, chosen: Mapping[str, str], used: set[str]) -> list[str]:
    """One note where the loss was evaluated on several sets."""
    read = chosen.get("val_loss")
    mine = parse(read) if read else None
    if mine is None:
        return []
    sets = [name for name in raw if name not in used and len(raw[name][1]) > 1 and _evaluates(name, mine.metric)]
    if not sets:
        return []
    return [f"val_loss is {read!r}; other evaluation sets: {', '.join(sets[:6])} (--columns val_loss=NAME reads one)"]


def _evaluates(name: str, metric: str) -> bool:
    what = parse(name)
    return what is not None and what.split in ("val", "test") and what.metric == metric and what.rank < NO_LOSS


def _largest_part_first(raw: Raw) -> list[str]:
    """The names of a log; those of parts of a training loss lead, the largest of them first."""
    sizes: dict[str, float] = {}
    for name, (_, values) in raw.items():
        what = parse(name)
        if what and what.rank < NO_LOSS and what.rest and what.split in ("", "train"):
            sizes[name] = _magnitude(values)
    if len(sizes) < 2:
        return list(raw)
    leading = sorted(sizes, key=lambda name: -sizes[name])
    return [*leading, *(name for name in raw if name not in sizes)]


def _magnitude(values: Any) -> float:
    array = np.abs(np.asarray(values, dtype=float))
    finite = array[np.isfinite(array)]
    return float(finite.mean()) if finite.size else 0.0


def _dense(raw: Raw, chosen: Mapping[str, str], columns: Columns) -> bool:
    """Whether what is named a training loss is that of batches, by the number of its points."""
    train = chosen.get("train_loss")
    val = chosen.get("val_loss")
    if not train or not val or "batch_loss" in chosen or "train_loss" in columns:
        return False
    if "epoch" in plain(train).split("_"):
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
            for name in pair:
                made[name] = Series(made[name].steps, np.asarray(made[name].values) / 100)
    return made
