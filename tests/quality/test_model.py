"""The verdict's model: the file that ships is the one that the measured cases give, and no hand has edited it."""

from __future__ import annotations

import json

import numpy as np
import pytest
from additive import Settings, fit, softmax
from fit import MEASURES, MODEL, as_json, checksum
from table import Table, load

from sweep.diagnosis.model import read


@pytest.fixture(scope="module")
def table() -> Table:
    return load(MEASURES)


def test_no_hand_has_edited_the_model() -> None:
    stored = json.loads(MODEL.read_text(encoding="utf-8"))
    assert stored["checksum"] == checksum(stored)
    stored["offset"][0] += 0.001
    assert stored["checksum"] != checksum(stored)


def test_the_measures_give_the_model_that_ships(table: Table) -> None:
    shipped = MODEL.read_text(encoding="utf-8")
    stored = json.loads(shipped)
    fresh = fit(table.inputs, table.targets, table.weights, Settings())
    again = read(as_json(fresh, table, stored["temperatures"], stored["measures"]))
    model = read(shipped)
    rows = np.random.default_rng(0).choice(len(table.inputs), 300, replace=False)
    for row in rows:
        inputs = dict(zip(table.names, table.inputs[row].tolist(), strict=True))
        temperature = model.temperature(inputs)
        first, second = (each.probabilities(each.terms(inputs), temperature) for each in (model, again))
        assert second == pytest.approx(first, abs=1e-3)


def test_the_model_that_runs_scores_as_the_one_that_is_fitted(table: Table) -> None:
    fresh = fit(table.inputs[:2000], table.targets[:2000], table.weights[:2000], Settings(iterations=50))
    model = read(as_json(fresh, table, [1.0] * 6, "none"))
    scores = softmax(fresh.scores(table.inputs[:50]))
    for row in range(50):
        inputs = dict(zip(table.names, table.inputs[row].tolist(), strict=True))
        found = model.probabilities(model.terms(inputs), 1.0)
        assert list(found.values()) == pytest.approx(scores[row], abs=1e-3)


def test_the_measures_are_small_enough_to_travel() -> None:
    assert MEASURES.stat().st_size < 6_000_000
