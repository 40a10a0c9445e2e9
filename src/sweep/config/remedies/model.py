"""Remedies of the model: its size and its regularisation."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sweep.config.remedies.catalogue import Changed, NotApplicable, RunSettings, remedy

MOST_DROPOUT = 0.6
CHECKPOINT_DROPOUT = 0.1  # assumed of a checkpoint that keeps its own


@remedy(("overfit",), "increase dropout, so that no few units memorise an example")
def dropout(run: RunSettings, strength: float) -> Changed:
    """Drops a quarter of the units that are kept, once for each strength."""
    if "dropout" not in run.model:
        raise NotApplicable("the recipe has no dropout to set")
    stated = run.model["dropout"]
    before = CHECKPOINT_DROPOUT if stated is None else float(stated)
    after = round(min(1 - (1 - before) * 0.75**strength, max(MOST_DROPOUT, before)), 3)
    if after <= before:
        raise NotApplicable(f"dropout is {before:g} already")
    source = "of the checkpoint" if stated is None else stated
    return _with_model(run, dropout=after), f"dropout {source} -> {after:g}"


@remedy(("overfit",), "use a model with too little capacity to memorise the training set")
def smaller_model(run: RunSettings, strength: float) -> Changed:
    """Half the width, once for each strength."""
    return _resize(run, 0.5**strength, "smaller")


@remedy(("underfit",), "use a larger model if longer training does not help")
def larger_model(run: RunSettings, strength: float) -> Changed:
    """Twice the width, once for each strength."""
    return _resize(run, 2.0**strength, "larger")


@remedy(("underfit",), "reduce dropout and weight decay if longer training does not help")
def less_regularization(run: RunSettings, strength: float) -> Changed:
    """Neither dropout nor weight decay, whatever the strength."""
    decay = run.train.weight_decay
    dropout = float(run.model.get("dropout") or 0.0)
    if not (decay or dropout):
        raise NotApplicable("there is neither dropout nor weight decay to reduce")
    changed = replace(run, train=replace(run.train, weight_decay=0.0))
    words = f"weight decay {decay:.3g} -> 0"
    if "dropout" in run.model:
        changed = _with_model(changed, dropout=0.0)
    if dropout:
        words += f", dropout {dropout:g} -> 0"
    return changed, words


def _resize(run: RunSettings, factor: float, wanted: str) -> Changed:
    """A width times the factor, rounded to whole heads of two units or more."""
    if run.model.get("checkpoint"):
        raise NotApplicable(f"the model is the checkpoint {run.model['checkpoint']}, whose size is fixed")
    if run.model.get("width") is None:
        raise NotApplicable("the recipe states no width")
    before = int(run.model["width"])
    heads = int(run.model.get("heads", 1))
    after = max(2 * heads, round(before * factor / heads) * heads)
    if (after < before) != (factor < 1) or after == before:
        raise NotApplicable(f"a width of {before} for {heads} heads can't be made {wanted}")
    return _with_model(run, width=after), f"width {before} -> {after}"


def _with_model(run: RunSettings, **changes: Any) -> RunSettings:
    return replace(run, model={**run.model, **changes})
