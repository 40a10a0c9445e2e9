"""The promise itself, on real runs: each regime shows its textbook facts, is read as what it is, and stays as it was.

The golden curves hold across processors within a tolerance. They are written anew, into a study under FOLDER, by
`PYTHONPATH=scripts python tests/test_regimes.py FOLDER`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from facts import facts

from sweep.curves import Curves

GOLDEN = Path(__file__).parents[1] / "snapshots"
REGIMES = ("healthy", "overfit", "underfit", "erratic")
STEADY = ("healthy", "underfit")  # an erratic curve is chaotic: rounding decides where it goes


def train(recipe: str, outputs: Path) -> Path:
    command = [sys.executable, "-m", "sweep", "+sweep=regimes", f"recipe={recipe}", "seed=0", f"outputs={outputs}"]
    subprocess.run([*command, f"study.name={recipe}"], check=False, timeout=900)
    return outputs / recipe


def curves_of(study: Path) -> dict[str, Curves]:
    runs = json.loads((study / "summary.json").read_text())["runs"]
    return {
        run["expected"]: Curves.from_csv((study / f"{run['trial']:03d}" / "curves.csv").read_text()) for run in runs
    }


@pytest.fixture(scope="module", params=["digits", "pairs"])
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


@pytest.mark.slow
@pytest.mark.parametrize("regime", STEADY)
def test_the_curves_are_those_of_before(study, regime):
    curves = curves_of(study)[regime]
    golden = Curves.from_csv((GOLDEN / f"{study.name}-{regime}.csv").read_text())
    for name in ("train_loss", "val_loss"):
        np.testing.assert_array_equal(curves[name].steps, golden[name].steps)
        np.testing.assert_allclose(curves[name].values[:5], golden[name].values[:5], rtol=0.02)
        np.testing.assert_allclose(curves[name].values[-3:].mean(), golden[name].values[-3:].mean(), rtol=0.1)


if __name__ == "__main__":
    for name in ("digits", "pairs"):
        made = curves_of(train(name, Path(sys.argv[1])))
        for steady in STEADY:
            kept = Curves({key: made[steady][key] for key in ("train_loss", "val_loss")})
            (GOLDEN / f"{name}-{steady}.csv").write_text(kept.to_csv())
