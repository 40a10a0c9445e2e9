"""Ranges: each holds what it says, and one walk checks a record and all in it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields, is_dataclass

import pytest
from helpers.settings import resolved

from sweep.config.ranges import (
    DEVICE,
    NAME,
    OBJECTIVES,
    SHARE,
    above,
    at_least,
    check,
    one_of,
    ranged,
    require,
)
from sweep.config.schema import Train, TrainSettings
from sweep.errors import ConfigError


@pytest.mark.parametrize(
    ("limits", "inside", "outside"),
    [
        (above(0), [1e-9, 3], [0, -1, math.inf, math.nan, "1", None]),
        (at_least(2), [2, 3.5], [1, 1.99, math.inf, math.nan]),
        (SHARE, [0, 0.5, 0.999], [1, -0.1, math.nan, "half"]),
        (one_of(("a", "b")), ["a"], ["c", None]),
        (NAME, ["a", "run-1.b_c"], ["", ".", "..", "a/b", "a b"]),
        (DEVICE, ["auto", "cpu", "mps", "cuda", "cuda:1"], ["gpu", "cuda:", "cuda:x", "CPU", ""]),
        (OBJECTIVES, [["val_loss"], ["-val_acc", "train_loss"]], [[], ["loss"], ["val_loss", ""]]),
    ],
    ids=lambda value: getattr(value, "wanted", None),
)
def test_a_range_holds_what_it_says(limits, inside, outside):
    for value in inside:
        require(limits, "key", value)
    for value in outside:
        with pytest.raises(ConfigError, match=r"key is .*, but must be "):
            require(limits, "key", value)


@dataclass
class Leaf:
    size: int = ranged(at_least(1), 1)
    rate: float | None = ranged(above(0), None)


@dataclass
class Tree:
    leaf: Leaf = field(default_factory=Leaf)
    leaves: dict[str, Leaf] = field(default_factory=dict)
    free: int = -1


def test_the_walk_goes_into_records_and_mappings_and_names_the_key():
    check(Tree())
    with pytest.raises(ConfigError) as refused:
        check(Tree(Leaf(0)))
    assert (refused.value.key, str(refused.value)) == ("leaf.size", "leaf.size is 0, but must be at least 1")
    with pytest.raises(ConfigError, match=r"^leaves\.b\.rate is 0, but must be a number above 0$"):
        check(Tree(leaves={"a": Leaf(), "b": Leaf(rate=0)}))


def test_a_value_that_is_missing_is_named():
    with pytest.raises(ConfigError, match=r"^keep_best has no value"):
        check(TrainSettings(learning_rate=1, batch_size=1, epochs=1, schedule="linear", warmup=0, weight_decay=0))


def test_every_number_of_a_run_has_a_range():
    def walk(record, prefix=""):
        for each in fields(record):
            value = getattr(record, each.name)
            if is_dataclass(value):
                walk(value, f"{prefix}{each.name}.")
            elif isinstance(value, int | float) and not isinstance(value, bool) and prefix:
                assert "range" in each.metadata, f"{prefix}{each.name}"

    walk(resolved())


def test_the_resolved_settings_differ_from_the_typed_ones_in_the_knobs_alone():
    typed, settled = ({each.name: each.type for each in fields(kind)} for kind in (Train, TrainSettings))
    changed = {name for name in typed if typed[name] != settled[name]}
    assert typed.keys() == settled.keys()
    assert changed == {"learning_rate", "batch_size", "epochs"}
    assert not any("None" in settled[name] for name in changed)
