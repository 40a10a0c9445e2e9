"""The promise itself, on real runs: each regime shows its textbook facts, and is read as what it was set to be."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict
from typing import NamedTuple

import pytest
from facts import facts

from sweep.curves import Curves

RECIPES = ("digits", "pairs")
REGIMES = ("healthy", "overfit", "underfit", "erratic")


class Read(NamedTuple):
    """A run of a regime: what it was read as, and its curves."""

    diagnosed: str
    curves: Curves


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Read]]:
    """Each recipe's runs by their regime, from one study."""
    outputs = tmp_path_factory.mktemp("regimes")
    words = ("+sweep=regimes", f"recipe={','.join(RECIPES)}", "seed=0", f"outputs={outputs}", "study.name=study")
    subprocess.run([sys.executable, "-m", "sweep", *words], check=False)
    found: dict[str, dict[str, Read]] = defaultdict(dict)
    for run in json.loads((outputs / "study" / "summary.json").read_text("utf-8"))["runs"]:
        curves = (outputs / "study" / f"{run['trial']:03d}" / "curves.csv").read_text("utf-8")
        found[run["recipe"]][run["expected"]] = Read(run["diagnosed"], Curves.from_csv(curves))
    return found


@pytest.mark.parametrize("recipe", RECIPES)
def test_each_regime_shows_its_facts(runs, recipe):
    found = runs[recipe]
    shown = {regime: facts(regime, found[regime].curves, found["healthy"].curves) for regime in REGIMES}
    assert {f"{regime}: {fact}" for regime in REGIMES for fact, holds in shown[regime].items() if not holds} == set()


@pytest.mark.parametrize("recipe", RECIPES)
def test_each_regime_is_diagnosed_as_what_it_was_set_to_be(runs, recipe):
    assert {regime: read.diagnosed for regime, read in runs[recipe].items()} == {regime: regime for regime in REGIMES}
