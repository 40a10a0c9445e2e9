"""The picture: drawn for any curves, and showing what it says it shows."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sweep.curves import Curves
from sweep.diagnosis import diagnose
from sweep.report.figures import learning_curves
from sweep.report.figures import regime_map as regime_map

ODD = {
    "empty": Curves({}),
    "one point": Curves.of(train_loss=[1.0], val_loss=[1.0]),
    "all NaN": Curves.of(train_loss=[math.nan] * 5, val_loss=[math.nan] * 5),
    "inf in the middle": Curves.of(train_loss=[1.0, math.inf, 2.0], val_loss=[1.0, 2.0, math.nan]),
    "constant": Curves.of(train_loss=[0.5] * 9, val_loss=[0.5] * 9),
    "huge": Curves.of(train_loss=[1e300, 1e299, 1e298], val_loss=[1e300, 1e300, 1e300]),
    "accuracy only": Curves.of(train_acc=[0.1, 0.5, 0.9], val_acc=[0.1, 0.4, 0.5]),
}


@pytest.mark.parametrize("name", ODD)
def test_any_curves_can_be_drawn(name, tmp_path):
    learning_curves.save(learning_curves.draw(ODD[name], diagnose(ODD[name]), name), tmp_path / "x.png")
    assert (tmp_path / "x.png").stat().st_size > 5_000


def test_the_minimum_is_marked_where_it_is_and_the_verdict_stands_in_the_title():
    x = np.linspace(0, 1, 21)
    curves = Curves.of(train_loss=2 * np.exp(-6 * x), val_loss=2 * np.exp(-6 * x) + 1.5 * x**2)
    diagnosis = diagnose(curves)
    figure = learning_curves.draw(curves, diagnosis, "mine")
    lowest = int(curves["val_loss"].values.argmin())
    marks = [line for line in figure.axes[0].lines if line.get_marker() == "v"]
    assert [line.get_xdata()[0] for line in marks] == [lowest]
    assert diagnosis.regime in figure.get_suptitle()


def test_a_tower_of_a_spike_does_not_flatten_the_rest():
    values = [*np.linspace(2, 1, 50), 500.0, *np.linspace(1, 0.5, 50)]
    figure = learning_curves.draw(Curves.of(val_loss=values, train_loss=values), None, "spike")
    assert figure.axes[0].get_ylim()[1] < 20


def test_the_map_marks_each_trial_in_the_panel_of_its_epochs_and_the_best():
    runs = [
        {"learning_rate": rate, "batch_size": 8, "epochs": epochs, "diagnosed": regime, "state": "COMPLETE"}
        for rate, epochs, regime in [(1e-5, 2, "underfit"), (1e-3, 2, "healthy"), (1e-1, 9, "erratic")]
    ]
    figure = regime_map.draw(runs, runs[1], "map")
    assert [axes.get_title() for axes in figure.axes] == ["2 epochs", "9 epochs"]
    assert [len(axes.collections) for axes in figure.axes] == [3, 1]  # two trials and the ring; one trial


def test_a_long_run_keeps_its_highest_and_lowest_batch_and_little_else():
    rng = np.random.default_rng(0)
    values = np.linspace(2, 1, 30_000) + rng.normal(0, 0.01, 30_000)
    values[12_345], values[20_001] = 9.0, -5.0
    curves = Curves.of(batch_loss=values, train_loss=values, val_loss=values)
    faint = learning_curves.draw(curves, None, "long").axes[0].lines[0].get_ydata()
    assert len(faint) < 1000
    assert (faint.max(), faint.min()) == (9.0, -5.0)
