"""Logs drawn at random from the curves of a run, as people keep them.

A log has 3 to 500 evaluations, or training rows alone. Its training loss is a running mean, evaluated, of a single
batch, or on rows of its own; its validation loss may be missing, sparse or on another scale.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from corpus import Group
from log_defects import Part, add_defects

Floats = np.ndarray
TRAINING = {"running": 0.28, "evaluated": 0.2, "batch": 0.1, "dense_mean": 0.22, "dense_batch": 0.08, "none": 0.12}
VALIDATION = {"full": 0.69, "sparse": 0.12, "scaled": 0.07, "none": 0.12}
MOST = 500


@dataclass(frozen=True)
class Log:
    """One log.

    ``history`` has the keys of a line of a `.jsonl` log; its series are arrays or None, and NaN or infinite where the
    loss was. ``kind`` is ``training/validation``; ``notes`` names what was done beside: `first_missing`, `gaps`,
    `smoothed`, `rounded`, `unit`, `ends_at_break`, `epochs`, `no_steps`.
    """

    history: dict[str, Any]
    kind: str
    notes: tuple[str, ...]


def pick(rng: np.random.Generator, chances: dict[str, float]) -> str:
    """A key by its chance."""
    return str(rng.choice(list(chances), p=list(chances.values())))


def even_grid(steps: np.ndarray, length: int) -> np.ndarray:
    """Indices of the evaluations of a run of this length that are evenly spaced, from step 0 to the last."""
    seen = steps[steps <= length]
    return np.flatnonzero(seen % (seen[-1] - seen[-2]) == 0)


def draw(group: Group, training: int, length: int, sibling: int, rng: np.random.Generator, name: str) -> Log:
    """A log of one sibling's run of this length."""
    curves = {
        key: values if key in ("steps", "rows") else values[sibling].astype(float)
        for key, values in group.trainings[training].items()
    }
    how, checked = pick(rng, TRAINING), pick(rng, VALIDATION)
    if how == "none" and checked in ("none", "scaled"):
        checked = "full"
    with_accuracy = bool(group.facts["classes"]) and rng.random() < 0.55
    chosen = chosen_evaluations(curves["steps"], length, rng)
    parts: dict[str, Part] = {}
    if how != "none":
        parts["train"] = _training(curves, chosen, how, with_accuracy and rng.random() < 0.6, rng)
    if checked != "none":
        parts["val"] = _validation(curves, _sparse(chosen, rng) if checked == "sparse" else chosen, with_accuracy)
    if checked == "scaled":
        _rescale(parts, group.facts, rng)
    parts, notes = add_defects(parts, rng)
    columns, said = _columns(parts, group.facts, rng)
    return Log({"id": name, **columns}, f"{how}/{checked}", (*notes, *said))


def chosen_evaluations(steps: np.ndarray, length: int, rng: np.random.Generator) -> np.ndarray:
    """Indices of the evaluations that are logged: every n-th, mostly up to the last one, seldom with that of step 0."""
    even = even_grid(steps, length)
    wanted = 3 * (min(MOST, len(even)) / 3) ** (rng.random() ** 0.7)
    stride = max(int(len(even) / wanted), 1)
    offset = (len(even) - 1) % stride if rng.random() < 0.8 else 0
    chosen = even[offset::stride]
    if chosen[0] == 0 and len(chosen) > 3 and rng.random() < 0.85:
        chosen = chosen[1:]
    return chosen[-MOST:]


def _sparse(chosen: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Every second to fifth, counted from the end; at least three."""
    every = min(int(rng.integers(2, 6)), max((len(chosen) - 1) // 2, 1))
    return chosen[::-1][::every][::-1]


def _validation(curves: dict[str, Floats], seen: np.ndarray, with_accuracy: bool) -> Part:
    columns = {"loss": curves["val"][seen]}
    if with_accuracy:
        columns["acc"] = curves["val_accuracy"][seen]
    return Part(curves["steps"][seen], columns)


def _training(
    curves: dict[str, Floats], chosen: np.ndarray, how: str, with_accuracy: bool, rng: np.random.Generator
) -> Part:
    """The training series of the drawn kind; accuracies are logged with evaluations only."""
    if how.startswith("dense"):
        return _dense(curves, chosen, how, rng)
    if how != "evaluated":
        chosen = chosen[curves["steps"][chosen] > 0]
    steps = curves["steps"][chosen]
    loss = {
        "evaluated": lambda: curves["train"][chosen],
        "batch": lambda: curves["single"][np.searchsorted(curves["rows"], steps)],
        "running": lambda: means(curves["rows"], curves["mean"], steps),
    }[how]()
    return Part(steps, {"loss": loss, "acc": curves["train_accuracy"][chosen]} if with_accuracy else {"loss": loss})


def _dense(curves: dict[str, Floats], chosen: np.ndarray, how: str, rng: np.random.Generator) -> Part:
    """Training rows two to ten times as many as evaluations: each of one batch, or the mean since the row before."""
    rows = curves["rows"][curves["rows"] <= curves["steps"][chosen[-1]]]
    wanted = min(MOST, len(chosen) * int(rng.integers(2, 11)))
    stride = max(len(rows) // max(wanted, 3), 1)
    kept = np.arange(len(rows))[::-1][::stride][::-1][-MOST:]
    if how == "dense_batch":
        return Part(rows[kept], {"loss": curves["single"][kept]})
    return Part(rows[kept], {"loss": means(rows, curves["mean"], rows[kept])})


def means(rows: np.ndarray, values: Floats, steps: np.ndarray) -> Floats:
    """Means over all batches between the given steps, which are among the rows, from the means between rows."""
    weights = np.diff(rows, prepend=0)
    ends = np.searchsorted(rows, steps) + 1
    starts = np.concatenate([[0], ends[:-1]])
    with np.errstate(invalid="ignore", over="ignore"):
        spans = zip(starts, ends, strict=True)
        return np.array([np.average(values[a:b], weights=weights[a:b]) for a, b in spans])


def _rescale(parts: dict[str, Part], facts: dict[str, Any], rng: np.random.Generator) -> None:
    """A sum over the batch, or over the batches of an epoch, where the other series has the mean; or the reverse."""
    part = parts[str(rng.choice(sorted(parts)))]
    batches = max(facts["examples"] // facts["batch"], 2)
    part.columns["loss"] = part.columns["loss"] * float(rng.choice([facts["batch"], batches, 1 / facts["batch"]]))


def _columns(
    parts: dict[str, Part], facts: dict[str, Any], rng: np.random.Generator
) -> tuple[dict[str, Any], list[str]]:
    """Series by the names of a history; steps may be epochs, or left out where both parts share them."""
    columns: dict[str, Any] = dict.fromkeys(("train_loss", "val_loss", "train_acc", "val_acc"))
    for name, part in parts.items():
        columns.update({f"{name}_{column}": values for column, values in part.columns.items()})
    notes = []
    unit = 1.0
    if rng.random() < 0.3:
        notes.append("epochs")
        unit = facts["batch"] / facts["examples"]
    same = len({tuple(part.steps) for part in parts.values()}) == 1
    if same and rng.random() < 0.35:
        return columns, ["no_steps"]
    columns.update({f"{name}_steps": part.steps * unit for name, part in parts.items()})
    return columns, notes
