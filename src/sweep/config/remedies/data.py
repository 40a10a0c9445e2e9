"""Remedies of the data: how many examples there are, and how clean they are."""

from __future__ import annotations

import math
from dataclasses import replace

from sweep.config.remedies.catalogue import Changed, NotApplicable, RunSettings, remedy

MOST_COPIES = 8


@remedy(("overfit",), "train on more examples, or augment those there are")
def more_data(run: RunSettings, strength: float) -> Changed:
    """More rows where the recipe states that there are more, more copies where it can make them.

    The number of steps stays about what it was: what treats is other examples, not longer training.
    """
    before = run
    growth = 1.0
    changes: list[str] = []
    for grow in (_more_rows, _more_copies, _higher_limit):
        run, factor, words = grow(run, strength)
        growth *= factor
        changes += words
    if not changes:
        raise NotApplicable("the recipe has no more examples, and no way to make some")
    epochs = max(1, math.ceil(before.train.epochs / growth))
    if epochs != before.train.epochs:
        changes.append(f"epochs {before.train.epochs} -> {epochs}, for as many steps as before")
    return replace(run, train=replace(run.train, epochs=epochs)), ", ".join(changes)


@remedy(("erratic",), "look for mislabelled or corrupt examples behind the jumps")
def cleaner_data(run: RunSettings, strength: float) -> Changed:
    """A tenth of the wrong labels, once for each strength."""
    if "label_noise" not in run.data or run.data.get("train"):
        raise NotApplicable("the recipe knows of no wrong labels in its data")
    before = float(run.data["label_noise"])
    if not before:
        raise NotApplicable("the labels are clean already")
    after = round(before * 0.1**strength, 4)
    return replace(run, data={**run.data, "label_noise": after}), f"wrong labels {before:g} -> {after:g}"


Grown = tuple[RunSettings, float, list[str]]  # the settings, by what factor the training set grows, and in words


def _more_rows(run: RunSettings, strength: float) -> Grown:
    before, most = run.sizes.train, run.sizes.most
    of_the_user = bool(run.data.get("train"))  # a file, of which no more is known than it holds
    if not before or not most or most <= before or of_the_user:
        return run, 1.0, []
    after = min(most, round(before * (1 + 3 * strength)))
    grown = replace(run, sizes=replace(run.sizes, train=after))
    return grown, after / before, [f"training examples {before} -> {after}"]


def _more_copies(run: RunSettings, strength: float) -> Grown:
    before = int(run.data.get("augment", MOST_COPIES))
    if before >= MOST_COPIES:
        return run, 1.0, []
    after = min(MOST_COPIES, before + max(1, round(3 * strength)))
    grown = replace(run, data={**run.data, "augment": after})
    return grown, (1 + after) / (1 + before), [f"shifted copies {before} -> {after}"]


def _higher_limit(run: RunSettings, strength: float) -> Grown:
    """A higher limit on the user's own examples, as if they held as many; only the data can tell."""
    limit = run.data.get("max_examples")
    reached = run.sizes.train is None or run.sizes.train == limit
    if not limit or not reached:
        return run, 1.0, []
    raised = round(limit * (1 + 3 * strength))
    grown = replace(run, data={**run.data, "max_examples": raised}, sizes=replace(run.sizes, train=None))
    return grown, raised / limit, [f"at most {limit} -> {raised} examples"]
