"""Remedies: named changes of a run's settings, each on the settings as they stand, in the order given.

A remedy sees a `Patient`: how the run trains, its data and its model. The recipe's reference, the regime's name and the
expected verdict are not part of it, so that no remedy can simply put back what was known to be good. A strength of 1 is the
remedy's own default; advice reads other strengths from the curves. Pure: nothing here trains or loads anything.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sweep.config.schema import Sizes, Train

PATIENCE = 3
MOST_COPIES = 8
MOST_DROPOUT = 0.6
USUAL_DROPOUT = 0.1  # of a checkpoint that keeps its own
WARMUP_LIMIT = 0.5


@dataclass(frozen=True)
class Patient:
    """All that a remedy may know of a run, and change; every knob of ``train`` has its value."""

    train: Train
    sizes: Sizes = field(default_factory=Sizes)
    data: Mapping[str, Any] = field(default_factory=dict)
    model: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Given:
    """A remedy that acted, how strongly, and what it changed in words."""

    remedy: str
    strength: float
    change: str


@dataclass(frozen=True)
class Skipped:
    """A remedy that could not act on this run, and why."""

    remedy: str
    why: str


class CannotActError(Exception):
    """Why a remedy changes nothing on this run."""


Remedy = Callable[[Patient, float], tuple[Patient, str]]


def apply(patient: Patient, strengths: Mapping[str, float]) -> tuple[Patient, tuple[Given, ...], tuple[Skipped, ...]]:
    """The patient after the remedies, in order; what they changed, and which of them could not act.

    Strengths are finite and above 0. Raises `KeyError` for a name that is no remedy.
    """
    given: list[Given] = []
    skipped: list[Skipped] = []
    for name, strength in strengths.items():
        try:
            patient, change = REMEDIES[name](patient, strength)
            given.append(Given(name, strength, change))
        except CannotActError as error:
            skipped.append(Skipped(name, str(error)))
    return patient, tuple(given), tuple(skipped)


def _set(patient: Patient, key: str, value: Any, words: str) -> tuple[Patient, str]:
    before = getattr(patient.train, key)
    changed = replace(patient, train=replace(patient.train, **{key: value}))
    return changed, f"{words} {_short(before)} -> {_short(value)}"


def _early_stopping(patient: Patient, strength: float) -> tuple[Patient, str]:
    if patient.train.early_stopping is not None:
        raise CannotActError(f"early stopping is on already, patience {patient.train.early_stopping}")
    train = replace(patient.train, early_stopping=PATIENCE, keep_best=True)
    return replace(patient, train=train), f"early stopping, patience {PATIENCE}, best model kept"


def _weight_decay(patient: Patient, strength: float) -> tuple[Patient, str]:
    return _set(patient, "weight_decay", patient.train.weight_decay + 0.5 * strength, "weight decay")


def _dropout(patient: Patient, strength: float) -> tuple[Patient, str]:
    if "dropout" not in patient.model:
        raise CannotActError("the recipe has no dropout to set")
    stated = patient.model["dropout"]
    before = USUAL_DROPOUT if stated is None else float(stated)
    after = round(min(1 - (1 - before) * 0.75**strength, max(MOST_DROPOUT, before)), 3)
    if after <= before:
        raise CannotActError(f"dropout is {before:g} already")
    return _model(patient, dropout=after), f"dropout {'of the checkpoint' if stated is None else stated} -> {after:g}"


def _more_data(patient: Patient, strength: float) -> tuple[Patient, str]:
    """More rows where the recipe states that there are more, more copies where it can make them.

    The number of steps stays about what it was: the cure is other examples, not longer training.
    """
    sizes, data = patient.sizes, dict(patient.data)
    changes: list[str] = []
    factor = 1.0
    own = bool(data.get("train"))  # a file of the user's, of which we know no more than it holds
    if sizes.train and sizes.most and sizes.most > sizes.train and not own:
        rows = min(sizes.most, round(sizes.train * (1 + 3 * strength)))
        changes.append(f"training examples {sizes.train} -> {rows}")
        factor *= rows / sizes.train
        sizes = replace(sizes, train=rows)
    if "augment" in data and (before := int(data["augment"])) < MOST_COPIES:
        data["augment"] = min(MOST_COPIES, before + max(1, round(3 * strength)))
        changes.append(f"shifted copies {before} -> {data['augment']}")
        factor *= (1 + data["augment"]) / (1 + before)
    if data.get("max_examples"):
        before = int(data["max_examples"])
        data["max_examples"] = round(before * (1 + 3 * strength))
        changes.append(f"at most {before} -> {data['max_examples']} examples")
    if not changes:
        raise CannotActError("the recipe has no more examples, and no way to make some")
    epochs = max(1, math.ceil(_knob(patient.train.epochs) / factor))
    if epochs != patient.train.epochs:
        changes.append(f"epochs {patient.train.epochs} -> {epochs}, as many steps as before")
    train = replace(patient.train, epochs=epochs)
    return replace(patient, train=train, sizes=sizes, data=data), ", ".join(changes)


def _smaller_model(patient: Patient, strength: float) -> tuple[Patient, str]:
    return _width(patient, 0.5**strength, "smaller")


def _larger_model(patient: Patient, strength: float) -> tuple[Patient, str]:
    return _width(patient, 2.0**strength, "larger")


def _width(patient: Patient, factor: float, wanted: str) -> tuple[Patient, str]:
    model = patient.model
    if model.get("checkpoint"):
        raise CannotActError(f"the model is the checkpoint {model['checkpoint']}, whose size is fixed")
    before, heads = int(_in_model(patient, "width", "the recipe states no width")), int(model.get("heads", 1))
    after = max(2 * heads, round(before * factor / heads) * heads)
    if (after < before) != (factor < 1) or after == before:
        raise CannotActError(f"a width of {before} for {heads} heads can't be made {wanted}")
    return _model(patient, width=after), f"width {before} -> {after}"


def _train_longer(patient: Patient, strength: float) -> tuple[Patient, str]:
    before = int(_knob(patient.train.epochs))
    return _set(patient, "epochs", max(before + 1, math.ceil(before * (1 + 2 * strength))), "epochs")


def _raise_rate(patient: Patient, strength: float) -> tuple[Patient, str]:
    return _set(patient, "learning_rate", _knob(patient.train.learning_rate) * 10**strength, "learning rate")


def _lower_rate(patient: Patient, strength: float) -> tuple[Patient, str]:
    return _set(patient, "learning_rate", _knob(patient.train.learning_rate) / (10 * strength), "learning rate")


def _less_regularization(patient: Patient, strength: float) -> tuple[Patient, str]:
    decay, dropout = patient.train.weight_decay, float(patient.model.get("dropout") or 0.0)
    if not (decay or dropout):
        raise CannotActError("there is neither dropout nor weight decay to take away")
    changed = replace(patient, train=replace(patient.train, weight_decay=0.0))
    if "dropout" in patient.model:
        changed = _model(changed, dropout=0.0)
    return changed, f"weight decay {_short(decay)} -> 0" + (f", dropout {dropout:g} -> 0" if dropout else "")


def _larger_batch(patient: Patient, strength: float) -> tuple[Patient, str]:
    before, most = int(_knob(patient.train.batch_size)), patient.sizes.train
    after = max(before + 1, round(before * 4 * strength))
    after = after if most is None else min(after, most)
    if after <= before:
        raise CannotActError(f"a batch of {before} is the whole training set already")
    return _set(patient, "batch_size", after, "batch size")


def _clip_gradients(patient: Patient, strength: float) -> tuple[Patient, str]:
    before = patient.train.max_grad_norm
    return _set(patient, "max_grad_norm", (before or 1.0) / (10 * strength), "clipping of the gradient norm")


def _warm_up(patient: Patient, strength: float) -> tuple[Patient, str]:
    before = patient.train.warmup
    after = round(min(before + 0.3 * strength, WARMUP_LIMIT), 3)
    if after <= before:
        raise CannotActError(f"the warm-up takes {before:g} of the run already")
    return _set(patient, "warmup", after, "warm-up share")


def _cleaner_data(patient: Patient, strength: float) -> tuple[Patient, str]:
    if "label_noise" not in patient.data or patient.data.get("train"):
        raise CannotActError("the recipe knows of no wrong labels in its data")
    before = float(patient.data["label_noise"])
    if not before:
        raise CannotActError("the labels are clean already")
    after = round(before * 0.1**strength, 4)
    return replace(patient, data={**patient.data, "label_noise": after}), f"wrong labels {before:g} -> {after:g}"


def _in_model(patient: Patient, key: str, why_not: str) -> float:
    value = patient.model.get(key)
    if value is None:
        raise CannotActError(why_not)
    return float(value)


def _model(patient: Patient, **changes: Any) -> Patient:
    return replace(patient, model={**patient.model, **changes})


def _knob(value: float | int | None) -> float:
    assert value is not None
    return value


def _short(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else "none" if value is None else str(value)


REMEDIES: dict[str, Remedy] = {
    "early_stopping": _early_stopping,
    "weight_decay": _weight_decay,
    "dropout": _dropout,
    "more_data": _more_data,
    "smaller_model": _smaller_model,
    "train_longer": _train_longer,
    "raise_rate": _raise_rate,
    "larger_model": _larger_model,
    "less_regularization": _less_regularization,
    "lower_rate": _lower_rate,
    "larger_batch": _larger_batch,
    "clip_gradients": _clip_gradients,
    "warm_up": _warm_up,
    "cleaner_data": _cleaner_data,
}
