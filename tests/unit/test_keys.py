"""The keys there are, and the one that was meant."""

from __future__ import annotations

import pytest
from helpers.settings import resolved

from sweep.config.keys import SYNONYMS, known, nearest
from sweep.config.settings import flatten


def test_synonyms_lead_to_keys_that_are_there_and_are_unambiguous():
    keys = set(known())
    assert {ours for ours in SYNONYMS if not ours.startswith(".")} <= keys
    words = [word for usual in SYNONYMS.values() for word in usual]
    assert len(words) == len(set(words))


def test_every_key_of_a_resolved_run_is_known():
    run = resolved("+regime=overfit").flat()
    parts = ("recipe.", "train.", "engine.", "record.")
    assert {key for key in run if key.startswith(parts)} <= set(known())


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("lr", ["train.learning_rate"]),
        ("train.LR", ["train.learning_rate"]),
        ("traim.epochs", ["train.epochs"]),
        ("remedy.lower_rate.dose", ["remedy.lower_rate.strength"]),
        ("gpus_per_trial", ["executor.gpus_per_trial"]),
        ("regim", ["+regime"]),
        ("utterly.else", []),
    ],
)
def test_the_nearest_is_by_usual_name_then_last_part_then_spelling(key, meant):
    assert nearest(key) == meant


def test_flatten_keeps_lists_and_leaves_out_empty_mappings():
    assert flatten({"a": {"b": 1, "c": {}}, "d": [1]}) == {"a.b": 1, "d": [1]}
