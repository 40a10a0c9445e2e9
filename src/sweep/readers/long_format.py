"""Rows that say what they belong to: a split (``phase``: train), a metric (``metric``, ``value``), a run (``seed``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sweep.readers.column_names import SPLITS, parse, plain, says_split

RUNS = {"run", "run_id", "run_name", "seed", "fold", "trial", "trial_id", "experiment", "model", "name"}
PHASES = {"phase", "split", "mode", "set", "subset", "stage", "partition", "dataset"}
METRICS = {"metric", "metric_name", "key", "tag", "variable", "name"}
VALUES = {"value", "metric_value"}


def is_tidy(names: Sequence[str]) -> bool:
    """Whether a table holds a row per point: the metric's name in one column, its value in another."""
    plainly = {plain(name) for name in names}
    return bool(plainly & METRICS and plainly & VALUES)


def told(row: Mapping[str, float], words: Mapping[str, str]) -> dict[str, float]:
    """A row under the names that its ``words`` give to its numbers: ``loss`` of phase ``val`` becomes ``val/loss``."""
    if not words:
        return dict(row)
    named = dict(row)
    metric = next((word for name, word in words.items() if plain(name) in METRICS and parse(word)), None)
    value = next((name for name in row if plain(name) in VALUES), None)
    if metric and value:
        named[metric] = named.pop(value)
    side = next((word for name, word in words.items() if plain(name) in PHASES and word.lower() in SPLITS), None)
    if side is None:
        return named
    return {f"{side}/{name}" if _bare(name) else name: number for name, number in named.items()}


def _bare(name: str) -> bool:
    what = parse(name)
    return what is not None and not says_split(name) and what.metric not in ("learning_rate", "grad_norm")


def labels(columns: Mapping[str, Sequence[str]]) -> list[str]:
    """The run of each row, from the columns that may tell it; empty where they tell no runs of two rows or more."""
    telling = {name: cells for name, cells in columns.items() if all(cells) and len(set(cells)) > 1}
    if not telling:
        return []
    named = [[cell if not _digits(cell) else f"{name} {cell}" for cell in cells] for name, cells in telling.items()]
    runs = [", ".join(parts) for parts in zip(*named, strict=True)]
    return runs if 2 * len(set(runs)) <= len(runs) else []


def _digits(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()
