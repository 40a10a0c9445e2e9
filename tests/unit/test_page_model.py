"""What the page computes: fewer points, noise between seeds, colours, commands, and the map of regimes."""

from __future__ import annotations

import json
import shlex

import numpy as np
import pytest
from helpers import page_studies
from hypothesis import given
from hypothesis import strategies as st

from sweep.curves import Curves, Series
from sweep.regimes import NAMES, VERDICTS
from sweep.report.page import map_axes, map_picture, noise, parallel, records, regime_map, sketches
from sweep.report.page.colours import GRAPHICAL, PAPER, RUNS, contrast, shade
from sweep.report.page.command import remedy_words, run_command, seeds_command
from sweep.report.page.content import PageRun
from sweep.report.page.curve_data import BUDGET, CurveData
from sweep.report.page.thinning import binned, extremes

VALUES = st.lists(st.floats(-1e6, 1e6) | st.just(float("nan")), min_size=1, max_size=300)


def record(**facts):
    told = page_studies.diagnosis(facts.get("diagnosed", "healthy"))
    number = facts.pop("trial", 0)
    row = page_studies.run(number, facts.pop("diagnosed", "healthy"), **facts)
    seen = facts.pop("curves", page_studies.curves("healthy", number))
    return records.of_run(PageRun(f"{number:03d}", "mine", row, told, seen), "")


@given(VALUES, st.integers(8, 60))
def test_thinned_curves_keep_their_ends_and_extremes(values, most):
    series = Series(np.arange(len(values)), values)
    fewer = extremes(series, most)
    assert len(fewer) <= max(most, 8) + 2
    assert {series.steps[0], series.steps[-1]} <= set(fewer.steps)
    finite = series.finite().values
    if finite.size:
        assert fewer.finite().values.min() == finite.min()
        assert fewer.finite().values.max() == finite.max()


def test_a_stretch_that_is_nowhere_finite_stays_visible_as_a_gap():
    values = np.r_[np.ones(50), np.full(50, np.nan), np.ones(50)]
    assert np.isnan(extremes(Series(np.arange(150), values), 20).values).any()


def test_binned_means_are_those_of_the_stretches():
    values = np.random.default_rng(0).normal(size=100)
    bins = binned(Series(np.arange(100), values), 10)
    assert np.allclose(bins.mean.values, values.reshape(10, 10).mean(1))
    assert np.allclose(bins.low.values, values.reshape(10, 10).min(1))
    assert np.allclose(bins.high.values, values.reshape(10, 10).max(1))
    with pytest.raises(ValueError, match="100 points"):
        binned(Series(np.arange(100), values), 100)


def test_noise_between_seeds_is_the_pooled_standard_deviation():
    losses = {0: 1.0, 1: 1.2, 2: 3.0, 3: 3.4}
    rows = [
        {**record(trial=n), "loss": {"best": loss}, "seed": n % 2, "learning_rate": 0.1 if n < 2 else 0.2}
        for n, loss in losses.items()
    ]
    found = noise.of_verdicts(rows)
    squares = 2 * 0.1**2 + 2 * 0.2**2  # deviations from the means 1.1 and 3.2
    assert found["healthy"].deviation == pytest.approx(np.sqrt(squares / 2))
    assert found["healthy"][1:] == (2, 4)


def test_one_seed_for_every_setting_tells_no_noise():
    assert noise.of_verdicts([record(trial=0), {**record(trial=1), "learning_rate": 0.5}]) == {}


def test_every_colour_of_a_regime_and_of_a_run_stands_out_from_either_paper():
    for colour in (*(one.colour for one in VERDICTS.values()), *RUNS):
        for theme, paper in PAPER.items():
            assert contrast(getattr(shade(colour), theme), paper) >= GRAPHICAL
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


def test_the_command_of_a_trial_has_its_settings_as_values_and_the_overrides_of_its_study():
    params = {"+regime": "overfit", "seed": 3, "regime.epochs": 6, "recipe.model.dropout": 0.1}
    facts = page_studies.run(3, "overfit", params=params, seed=3, epochs=84)
    overrides = "engine=loop study.trials=9 recipe.model.dropout=0.0,0.1 'recipe.data.train=my data.csv'"
    study = f"python -m sweep -m +sweep=explore {overrides}"
    words = shlex.split(run_command(facts, study))
    assert words[:4] == ["python", "-m", "sweep", "recipe=digits"]
    assert set(words[4:]) == {
        "engine=loop",
        "recipe.data.train=my data.csv",
        "train.learning_rate=0.002",
        "train.batch_size=16",
        "train.epochs=84",
        "recipe.model.dropout=0.1",
        "seed=3",
    }
    assert seeds_command(run_command(facts, study)).endswith("seed=0,1,2,3,4")
    assert remedy_words({"remedy": "lower_rate", "strength": 2.0}) == "+remedy=lower_rate remedy.lower_rate.strength=2"


def test_a_run_without_a_recipe_has_no_command():
    assert run_command({"recipe": None}, "") == ""


def test_remedies_of_the_knobs_come_first():
    assert [one["remedy"] for one in record()["advice"]] == ["lower_rate", "dropout"]


def test_probabilities_are_the_diagnosis_own_where_it_states_them():
    told = page_studies.diagnosis("healthy", probabilities={"healthy": 0.6, "overfit": 0.3, "erratic": 0.1})
    assert records.probabilities({}, told) == {"healthy": 0.6, "overfit": 0.3, "underfit": 0.0, "erratic": 0.1}
    assert records.probabilities({}, page_studies.diagnosis("overfit"))["overfit"] == 0.9
    assert set(records.probabilities({}, page_studies.diagnosis("inconclusive")).values()) == {0.25}


def test_curves_of_many_runs_stay_within_the_budget_and_say_what_was_thinned():
    data = CurveData.for_runs(400)
    for seed in range(400):
        data.add(page_studies.curves("healthy", seed, points=200))
    text = data.to_json()
    numbers = sum(len(values) for run in json.loads(text)["runs"] for _, values in run.values())
    assert numbers <= BUDGET
    assert "Batch losses of 400 runs are means" in data.account()


def test_a_few_short_curves_are_all_there():
    data = CurveData.for_runs(3)
    data.add(Curves.of(val_loss=[3.0, float("nan"), 1.0]))
    assert json.loads(data.to_json()) == {"grids": [[0, 1, 2]], "runs": [{"val_loss": [0, [3, None, 1]]}]}
    assert data.account() == ""


def test_the_map_follows_the_trials_near_them_and_knows_nothing_far_away():
    rates = np.repeat(10.0 ** np.linspace(-5, -1, 9), 2)
    healthy = (rates > 3e-4) & (rates < 5e-3)
    shares = np.where(healthy[:, None], [0.94, 0.02, 0.02, 0.02], [0.02, 0.02, 0.94, 0.02])
    model = regime_map.fit(np.stack([rates, np.full(18, 16)], axis=1), shares)
    near, support = model.at(np.log2([[1e-3, 16], [1e-5, 16]]))
    assert near.sum(axis=1) == pytest.approx(1.0)
    assert near.argmax(axis=1).tolist() == [0, 2]
    assert (support > 0.5).all()
    flat, none = model.at(np.log2([[1e6, 16]]))
    assert flat[0] == pytest.approx(np.full(4, 0.25), abs=1e-3)
    assert none[0] < 1e-3


def test_a_map_needs_positive_settings():
    with pytest.raises(ValueError, match="positive"):
        regime_map.fit([[0.0, 1.0]], [[1, 0, 0, 0]])
    with pytest.raises(ValueError, match="a row of knobs"):
        regime_map.fit([], [])


def explored():
    rows = []
    for row in page_studies.explored():
        told = page_studies.diagnosis(row["diagnosed"])
        rows.append(records.of_run(PageRun(f"{row['trial']:03d}", "m", row, told, Curves({})), ""))
    return rows


def test_the_picture_of_the_map_has_a_region_for_each_regime_and_a_band_around_the_recommended_rate():
    (picture,) = map_picture.draw(explored(), best="009")
    (panel,) = picture.panels
    assert {region.regime for region in panel.regions} == {"healthy", "underfit", "erratic"}
    assert len(panel.points) == 18
    low, high = picture.band
    assert 1e-4 < low < 1e-3 < high < 1e-2
    assert panel.reading.index("underfit") < panel.reading.index("healthy") < panel.reading.index("erratic")


def test_a_check_of_four_settings_has_no_map():
    rows = [record(trial=n, diagnosed=NAMES[n % 4]) for n in range(8)]
    assert map_picture.draw(rows, best="") == []


LABELS = {0.003: "0.003", 0.0001: "1e-4", 4.2e-5: "4.2e-5", 16: "16", 1024: "1024"}


@pytest.mark.parametrize(("value", "text"), LABELS.items())
def test_labels_of_axes(value, text):
    assert map_axes.label(value) == text


def test_many_values_of_a_knob_share_three_panels():
    rows = [{"epochs": n, "learning_rate": 1, "batch_size": 1} for n in range(1, 31)]
    made = map_axes.panels(rows, "epochs")
    assert [len(inside) for _, _, inside in made] == [10, 10, 10]
    assert made[0][0] == "1 to 10 epochs"


def test_parallel_coordinates_need_two_parameters_that_vary():
    assert parallel.draw([record(trial=n) for n in range(8)]) is None
    rows = [{**record(trial=n), "learning_rate": 0.1 * (n + 1), "batch_size": 2 ** (n % 3)} for n in range(8)]
    drawn = parallel.draw(rows)
    assert [axis.name for axis in drawn.axes] == ["learning rate", "batch size", "seed", "best validation loss"]
    assert len(drawn.lines) == 8


@pytest.mark.parametrize("regime", NAMES)
def test_every_regime_of_the_catalogue_has_a_drawing(regime):
    assert sketches.by_hand(regime).val


def test_a_knob_of_few_values_leaves_no_gap_between_them():
    rates = np.tile(10.0 ** np.linspace(-5, -1, 60), 3)
    batches = np.repeat([4, 16, 64], 60)
    shares = np.where((rates * batches > 0.01)[:, None], [0.0, 0.0, 0.0, 1.0], [1.0, 0.0, 0.0, 0.0])
    _, support = regime_map.fit(np.stack([rates, batches], axis=1), shares).at(np.log2([[1e-3, 8], [1e-3, 32]]))
    assert (support > 0.5).all()
