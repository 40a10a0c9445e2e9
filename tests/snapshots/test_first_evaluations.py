"""The golden curves that `scripts/golden_runs.py` writes: the first evaluations of the steady regimes stay.

They are held to a number over the first evaluations only: later on, the rounding of another processor has grown too
large.
"""

from __future__ import annotations

import numpy as np
import pytest
from golden_runs import RECIPES, STEADY, file_of, first_evaluations

from sweep.curves import Curves


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("regime", STEADY)
def test_the_curves_begin_as_they_did_before(recipe: str, regime: str) -> None:
    golden = Curves.from_csv(file_of(recipe, regime).read_text(encoding="utf-8"))
    curves = first_evaluations(recipe, regime)
    for name in ("train_loss", "val_loss"):
        np.testing.assert_array_equal(curves[name].steps, golden[name].steps)
        np.testing.assert_allclose(curves[name].values, golden[name].values, rtol=0.02)
