"""The promise itself, on real runs: each regime shows its textbook facts, is read as what it is, and begins as before.

`scripts/golden_runs.py` writes the golden curves. They are held to a number over the first evaluations only: later on,
the rounding of another processor has grown too large.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from facts import facts
from golden_runs import RECIPES, STEADY, file_of, first_evaluations

from sweep.curves import Curves

REGIMES = ("healthy", "overfit", "underfit", "erratic")


def train(recipe: str, outputs: Path) -> Path:
    command = [sys.executable, "-m", "sweep", "+sweep=regimes", f"recipe={recipe}", "seed=0", f"outputs={outputs}"]
    subprocess.run([*command, f"study.name={recipe}"], check=False, timeout=900)
    return outputs / recipe


def curves_of(study: Path) -> dict[str, Curves]:
    runs = json.loads((study / "summary.json").read_text())["runs"]
    return {
        run["expected"]: Curves.from_csv((study / f"{run['trial']:03d}" / "curves.csv").read_text()) for run in runs
    }


@pytest.fixture(scope="module", params=RECIPES)
def study(request, tmp_path_factory) -> Path:
    return train(request.param, tmp_path_factory.mktemp("regimes"))


@pytest.mark.slow
def test_each_regime_shows_its_facts(study):
    found = curves_of(study)
    shown = {regime: facts(regime, found[regime], found["healthy"]) for regime in REGIMES}
    assert {f"{regime}: {fact}" for regime in REGIMES for fact, holds in shown[regime].items() if not holds} == set()


@pytest.mark.slow
def test_each_regime_is_diagnosed_as_what_it_was_set_to_be(study):
    summary = json.loads((study / "summary.json").read_text())
    assert summary["confusion"] == {regime: {regime: 1} for regime in REGIMES}


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("regime", STEADY)
def test_the_curves_begin_as_they_did_before(recipe: str, regime: str) -> None:
    golden = Curves.from_csv(file_of(recipe, regime).read_text(encoding="utf-8"))
    curves = first_evaluations(recipe, regime)
    for name in ("train_loss", "val_loss"):
        np.testing.assert_array_equal(curves[name].steps, golden[name].steps)
        np.testing.assert_allclose(curves[name].values, golden[name].values, rtol=0.02)
