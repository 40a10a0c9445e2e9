"""The verdict: plain shapes, where regimes meet, invariances, and whatever a log may hold."""

import json
import math
import warnings

import numpy as np
import pytest
from helpers.histories import anything, changed, plausible
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sweep.curves import Curves, Series
from sweep.diagnosis import REGIMES, Baseline, Diagnosis, diagnose
from sweep.diagnosis.advice import advise
from sweep.diagnosis.model import fitted, log_kind
from sweep.diagnosis.types import Finding

T = np.linspace(0.05, 1, 20)
SWING = np.cos(np.arange(20) * 2.5)
SHAPES = {
    "healthy": (2.3 * np.exp(-6 * T) + 0.02, 2.0 * np.exp(-6 * T) + 0.3),
    "overfit": (2.3 * np.exp(-10 * T), 2.0 * np.exp(-9 * T) + 0.28 + 0.2 * T),
    "underfit": (2.31 - 0.005 * T, 2.31 - 0.004 * T),
    "erratic": (1.4 + 0.5 * SWING, 1.5 + 0.5 * SWING),
}
COLLAPSED = np.r_[2.3, 1.8, 2.9, np.full(17, 2.31)]


def names(found: Diagnosis) -> set[str]:
    return {finding.name for finding in found.findings}


@pytest.mark.parametrize("regime", SHAPES)
@pytest.mark.parametrize("scale", [1.0, 5.0, 1e-3, 1e6, 1e-300, 1e300])
def test_plain_shapes_at_any_scale(regime: str, scale: float) -> None:
    train, val = SHAPES[regime]
    found = diagnose(Curves.of(train_loss=scale * train, val_loss=scale * val))
    assert found.regime == regime
    assert bool(found.advice) == (regime != "healthy")
    assert 0 < found.confidence < 1


@pytest.mark.parametrize("regime", ["healthy", "overfit", "underfit"])
@pytest.mark.parametrize("points", [8, 15, 50, 500, 5000])
@pytest.mark.parametrize("noise", [0.0, 0.01])
def test_the_same_run_however_often_it_was_evaluated(regime: str, points: int, noise: float) -> None:
    grid = np.linspace(T[0], 1, points)
    train, val = (np.interp(grid, T, curve) for curve in SHAPES[regime])
    if regime != "underfit":
        val = val + noise * np.random.default_rng(points).normal(size=points)
    assert diagnose(Curves.of(train_loss=train, val_loss=val)).regime == regime


@pytest.mark.parametrize(
    ("train", "val", "regime", "finding"),
    [
        (np.r_[2.3, 1.5, 4.0, np.full(5, np.nan)], None, "erratic", "diverged"),
        (SHAPES["healthy"][0], np.r_[SHAPES["healthy"][1][:-1], np.inf], "erratic", "diverged"),
        (2.3 * np.exp(T * 4), 2.3 * np.exp(T * 4), "erratic", "diverged"),
        (COLLAPSED, COLLAPSED, "erratic", "collapsed"),
        (np.full(20, 2.31), np.full(20, 2.31), "underfit", "rate_too_low"),
        (2.31 - 0.02 * T[:5], 2.31 - 0.02 * T[:5], "underfit", "too_little_training"),
        (2.3 - 0.8 * T, 2.3 - 0.75 * T, "underfit", "still_improving"),
        (0.7 * np.exp(-4 * T), 0.6 + 0.1 * np.exp(-30 * T), "overfit", "generalization_gap"),
        (SHAPES["healthy"][0], None, "healthy", "no_validation"),
        (np.ones(2), np.ones(2), "inconclusive", "too_short"),
    ],
)
def test_where_the_regimes_meet(train: np.ndarray, val: np.ndarray | None, regime: str, finding: str) -> None:
    series = {"train_loss": train} | ({} if val is None else {"val_loss": val})
    found = diagnose(Curves.of(**series))
    assert (found.regime, finding in names(found)) == (regime, True), found


def test_the_deciding_finding_comes_first_and_tells_numbers_and_step() -> None:
    train, val = SHAPES["overfit"]
    first = diagnose(Curves.of(train_loss=train, val_loss=val)).findings[0]
    assert first.name == "validation_rose"
    assert first.value > first.bound
    assert first.step == pytest.approx(8, abs=2)
    assert "bottomed at step" in first.text
    assert "%" in first.text


def test_a_constant_gap_between_settled_curves_is_healthy() -> None:
    noise = 0.002 * np.random.default_rng(0).normal(size=(2, T.size))
    train, val = 0.3 + np.exp(-15 * T) + noise[0], 0.5 + np.exp(-15 * T) + noise[1]
    assert diagnose(Curves.of(train_loss=train, val_loss=val)).regime == "healthy"


def test_a_run_that_recovers_is_not_overfit() -> None:
    grid = np.linspace(0, 1, 80)
    val = 1.5 * np.exp(-8 * grid) + 0.8 * np.exp(-((grid - 0.4) ** 2) / 0.01) + 0.5 - 0.3 * (grid > 0.5) * (grid - 0.5)
    found = diagnose(Curves.of(train_loss=1.5 * np.exp(-6 * grid), val_loss=val))
    assert found.regime != "overfit"
    assert "delayed_generalization" in names(found)


def test_erratic_and_memorising_gives_both_findings() -> None:
    grid = np.linspace(0, 1, 40)
    rng = np.random.default_rng(0)
    val = 1.6 * np.exp(-9 * grid) + 0.5 + 2.5 * grid + 1.2 * rng.normal(size=40).clip(-1.2, 1.2)
    train = np.abs(1.5 * np.exp(-5 * grid) + 0.45 * rng.normal(size=40))
    found = diagnose(Curves.of(train_loss=train, val_loss=np.abs(val)))
    assert {"oscillating", "validation_rose"} <= names(found)
    assert found.regime in ("erratic", "overfit")
    assert found.probabilities["erratic"] + found.probabilities["overfit"] > 0.75


def test_a_run_that_loses_all_it_learnt_in_training_too_is_erratic() -> None:
    """Back where it began: nothing was moved for good, and validation rose, but no one would call it overfit."""
    val = np.r_[0.69, 0.69, 0.43, 0.43, 0.42, 0.81, 0.69, 0.71, 0.78, 0.83, 0.71, 0.70, 0.69, 0.69, 0.69, 0.71, 0.72]
    found = diagnose(Curves.of(train_loss=val - 0.01, val_loss=val))
    assert found.regime == "erratic"
    assert "lost_ground" in names(found)


def test_a_run_that_goes_up_as_much_as_down_is_erratic_however_slowly_it_turns() -> None:
    val = np.r_[2.32, 2.45, 2.57, 2.47, 2.1, 2.1, 1.93, 2.02, 1.88, 1.72, 1.88, 2.02, 1.87, 1.9, 1.81, 1.8, 1.66, 1.61]
    found = diagnose(Curves.of(train_loss=val - 0.02, val_loss=val))
    assert found.regime == "erratic"
    assert "oscillating" in names(found)
    alone = diagnose(Curves.of(train_loss=np.linspace(2.3, 1.6, 18), val_loss=val))
    assert "oscillating" not in names(alone)  # what training does not share is noise of measuring


def test_a_fall_from_uniform_to_chance_is_nothing_learnt() -> None:
    """A language model that only learns how frequent the tokens are, and then jumps about that level."""
    rng = np.random.default_rng(0)
    loss = np.r_[4.5, 1.2, 1.0 + 0.1 * np.abs(rng.normal(size=18))]
    curves = Curves.of(train_loss=loss, val_loss=loss + 0.01)
    known = diagnose(curves, Baseline(loss=1.0))
    assert known.regime in ("underfit", "erratic")
    assert "no_better_than_chance" in names(known)
    assert "no_better_than_chance" not in names(diagnose(curves))  # where nothing is known of chance, it fell


def test_accuracy_in_steps_under_a_falling_loss_is_no_symptom() -> None:
    train, val = SHAPES["healthy"]
    stairs = np.repeat([0.3, 0.6, 0.8, 0.9], 5)
    plain = diagnose(Curves.of(train_loss=train, val_loss=val))
    stepped = diagnose(Curves.of(train_loss=train, val_loss=val, train_acc=stairs, val_acc=stairs))
    assert (stepped.regime, stepped.findings) == (plain.regime, plain.findings)


def test_accuracy_alone_can_tell_overfitting_by_its_gap_and_fall() -> None:
    grid = np.linspace(0, 1, 40)
    train = 1 - 0.5 * np.exp(-8 * grid)
    val = 0.85 - 0.4 * np.exp(-10 * grid) - 0.15 * grid
    assert diagnose(Curves.of(train_acc=train, val_acc=val)).regime == "overfit"
    assert diagnose(Curves.of(train_acc=100 * train, val_acc=100 * val)).regime == "overfit"


def test_dense_batches_stand_in_for_a_training_series() -> None:
    rng = np.random.default_rng(1)
    steps = np.arange(1, 2001)
    batches = 2.0 * np.exp(-steps / 200) * (1 + 0.3 * rng.normal(size=2000))
    at = np.arange(100, 2001, 100)
    val = 0.5 + 2 * np.exp(-at / 150) + 0.4 * at / 2000
    curves = Curves({"batch_loss": Series(steps, batches), "val_loss": Series(at, val)})
    assert diagnose(curves).regime == "overfit"


def test_a_missing_point_is_no_divergence() -> None:
    train, val = SHAPES["healthy"]
    steps = np.arange(val.size)
    there = steps % 4 != 3
    kept = {"train_loss": Series(steps, train), "val_loss": Series(steps[there], val[there])}
    assert diagnose(Curves(kept)).regime == "healthy"
    val = np.where(there, val, np.nan)
    found = diagnose(Curves.of(train_loss=train, val_loss=val))
    assert found.regime == "erratic"
    assert found.findings[0].name == "non_finite"
    assert str(int((~there).sum())) in found.findings[0].text


def test_the_learning_rate_is_not_read() -> None:
    for train, val in SHAPES.values():
        bare = {"train_loss": train, "val_loss": val}
        assert diagnose(Curves.of(**bare)) == diagnose(Curves.of(**bare, learning_rate=np.linspace(1, 0, 20), epoch=T))


def test_a_baseline_is_in_the_units_of_the_loss() -> None:
    regression = 40.0 * np.exp(-20 * T) + 10.0
    assert "no_better_than_chance" not in names(diagnose(Curves.of(train_loss=regression, val_loss=regression)))
    for scale in (1.0, 1e-4):
        found = diagnose(
            Curves.of(train_loss=scale * regression, val_loss=scale * regression), Baseline(loss=scale * 10.0)
        )
        assert found.regime == "underfit"
        assert "no_better_than_chance" in names(found)
        assert found.final["acceptable"] is False


def test_negative_losses_are_judged_by_drop_and_noise() -> None:
    train, val = SHAPES["overfit"]
    for shift in (-0.5, -30.0):
        found = diagnose(Curves.of(train_loss=train + shift, val_loss=2 * val + shift))
        assert "validation_rose" in names(found)
        assert found.probabilities["overfit"] > found.probabilities["underfit"] + found.probabilities["erratic"]


@pytest.mark.parametrize(
    ("regime", "first"), [("overfit", "more_data"), ("underfit", "raise_rate"), ("erratic", "lower_rate")]
)
def test_advice_fits_the_finding(regime: str, first: str) -> None:
    train, val = SHAPES[regime]
    advice = diagnose(Curves.of(train_loss=train, val_loss=val)).advice
    assert advice[0].remedy == first
    assert advice[0].strength > 0
    assert len({item.remedy for item in advice}) == len(advice) == 5 - (regime == "underfit")


def test_a_run_still_improving_is_told_to_train_longer() -> None:
    advice = diagnose(Curves.of(train_loss=2.3 - 1.6 * T, val_loss=2.3 - 1.5 * T)).advice
    assert advice[0].remedy == "train_longer"


def test_a_run_that_crept_down_without_a_wiggle_is_told_to_raise_the_rate_by_what_it_did_not_move() -> None:
    crept = [Curves.of(train_loss=2.3 - size * T**0.7, val_loss=2.3 - 0.97 * size * T**0.7) for size in (0.25, 0.6)]
    found = [diagnose(curves) for curves in crept]
    assert all(names(each) >= {"still_improving", "small_steps"} for each in found)
    assert all(each.advice[0].remedy == "raise_rate" for each in found)
    assert found[0].advice[0].strength > found[1].advice[0].strength > 1

    rng = np.random.default_rng(0)
    shaken = diagnose(
        Curves.of(train_loss=2.3 - 0.6 * T**0.7, val_loss=2.3 - 0.6 * T**0.7 + rng.normal(0, 0.02, len(T)))
    )
    assert "small_steps" not in names(shaken)


def test_the_strongest_of_the_doses_that_the_findings_call_for_counts() -> None:
    oscillating = Finding("oscillating", 0.057, 0.05, None, "")
    lost = Finding("lost_ground", 0.1, 0.08, 10, "")
    assert advise((oscillating, lost), "erratic")[0] == advise((lost, oscillating), "erratic")[0]
    assert advise((oscillating, lost), "erratic")[0].strength > advise((oscillating,), "erratic")[0].strength


def test_the_four_questions() -> None:
    train, val = SHAPES["overfit"]
    found = diagnose(Curves.of(train_loss=train, val_loss=val, train_acc=T, val_acc=T / 2), Baseline(loss=2.3))
    for answer in (found.final, found.efficiency, found.generalization, found.trend):
        assert answer["text"]
    assert found.final["best"] == pytest.approx(val.min())
    assert found.final["acceptable"] is True
    assert found.efficiency["step"] <= found.final["best_step"]
    assert found.generalization["acc_gap"] == pytest.approx(0.5)
    assert found.trend["gain"] < 0 < found.trend["error"]  # validation rises


def test_to_dict_is_plain_json() -> None:
    for train, val in [*SHAPES.values(), (np.full(5, np.nan), np.full(5, np.nan))]:
        json.dumps(diagnose(Curves.of(train_loss=train, val_loss=val)).to_dict(), allow_nan=False)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(anything(), st.one_of(st.none(), st.builds(Baseline, st.floats() | st.none(), st.floats() | st.none())))
def test_nothing_raises_and_nothing_warns(curves: Curves, baseline: Baseline | None) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = diagnose(curves, baseline)
    assert found.regime in (*REGIMES, "inconclusive")
    assert math.isfinite(found.confidence)
    json.dumps(found.to_dict(), allow_nan=False)


@settings(max_examples=150, deadline=None)
@given(plausible(), st.sampled_from([5.0, 1e-6, 0.3, 1e9]), st.sampled_from([1.0, 60.0, 1e-3]))
def test_units_change_no_verdict(curves: Curves, scale: float, pace: float) -> None:
    here, there = diagnose(curves), diagnose(changed(curves, scale, pace))
    assert there.regime == here.regime
    assert [finding.name for finding in there.findings] == [finding.name for finding in here.findings]
    assert there.probabilities == pytest.approx(here.probabilities, abs=1e-3)
    assert [a.remedy for a in there.advice] == [a.remedy for a in here.advice]


def test_small_steps_alone_make_a_run_underfit_until_it_meets_noise() -> None:
    at = np.arange(22)
    val = 2.31 - 0.4 / (1 + np.exp(-(at - 9) / 1.6)) - 0.0045 * at  # slow, faster, and slow again
    found = diagnose(Curves.of(train_loss=val - 0.01, val_loss=val))
    assert (found.regime, found.findings[0].name) == ("underfit", "small_steps")
    assert found.advice[0].remedy == "raise_rate"
    val[14] += 0.05
    assert "small_steps" not in names(diagnose(Curves.of(train_loss=val - 0.01, val_loss=val)))


def test_the_reasons_add_up_to_the_odds() -> None:
    for train, val in SHAPES.values():
        found = diagnose(Curves.of(train_loss=train, val_loss=val))
        if found.why[0].evidence == "textbook":
            continue
        first, second = sorted(found.probabilities.values(), reverse=True)[:2]
        model = fitted()
        told = sum(reason.log_odds for reason in found.why)
        names_ = sorted(found.probabilities, key=lambda name: -found.probabilities[name])[:2]
        offset = [model.offset[model.regimes.index(name)] for name in names_]
        temperature = model.temperatures[log_kind(np.array(np.log10(20)), np.array(0.5), np.array(0.5))]
        assert told + (offset[0] - offset[1]) / temperature == pytest.approx(np.log(first / second), abs=1e-6)


def test_probabilities_are_of_the_four_regimes() -> None:
    for train, val in SHAPES.values():
        found = diagnose(Curves.of(train_loss=train, val_loss=val))
        assert set(found.probabilities) == set(REGIMES)
        assert sum(found.probabilities.values()) == pytest.approx(1)
        assert found.confidence == pytest.approx(max(found.probabilities.values()))


def test_inconclusive_says_why() -> None:
    short = diagnose(Curves.of(train_loss=[2.0, 1.0], val_loss=[2.0, 1.5]))
    assert (short.regime, short.findings[0].name) == ("inconclusive", "too_short")
    assert short.advice == ()


def test_losses_of_zero_measure_nothing() -> None:
    nothing = diagnose(Curves.of(train_loss=np.zeros(20), grad_norm=np.full(20, np.nan)))
    assert nothing.regime in ("erratic", "inconclusive")
    assert nothing.findings[0].name == "zero_loss"
    assert "raise_rate" not in [hint.remedy for hint in nothing.advice]


@pytest.mark.parametrize("seed", range(30))
def test_losses_that_rise_are_erratic_and_never_told_to_raise_the_rate(seed: int) -> None:
    rng = np.random.default_rng(seed)
    points = int(rng.integers(8, 80))
    rise = rng.uniform(0.3, 3.0)
    shape = np.linspace(0, 1, points) ** rng.uniform(0.5, 2.0)
    noise = rng.choice([0.0, 0.01]) * rng.normal(size=(2, points))
    train, val = 1 + rise * shape + noise[0], 1.1 + rise * shape + noise[1]
    series = {"train_loss": train} if rng.random() < 0.4 else {"train_loss": train, "val_loss": val}
    found = diagnose(Curves.of(**series))
    assert found.regime == "erratic"
    assert not {"raise_rate", "train_longer"} & {hint.remedy for hint in found.advice}
    assert not {"rate_too_low", "too_little_training"} & names(found)


@pytest.mark.parametrize("seed", range(30))
def test_validation_that_never_learns_beside_training_is_overfit(seed: int) -> None:
    rng = np.random.default_rng(seed)
    points = int(rng.integers(10, 80))
    start = rng.uniform(0.5, 3.0)
    train = start * np.exp(-np.linspace(0, rng.uniform(1.5, 4.0), points)) + 0.005 * rng.normal(size=points)
    val = start * (1 - rng.uniform(-0.05, 0.03) * np.linspace(0, 1, points)) + 0.003 * rng.normal(size=points)
    found = diagnose(Curves.of(train_loss=train, val_loss=val))
    assert found.regime == "overfit"
    assert "train_longer" not in [hint.remedy for hint in found.advice]


@pytest.mark.parametrize("seed", range(30))
def test_an_accuracy_that_stays_at_one_value_is_a_constant_predictor(seed: int) -> None:
    rng = np.random.default_rng(seed)
    points, classes = int(rng.integers(8, 40)), int(rng.integers(2, 12))
    loss = np.log(classes) * (1 + 0.01 * rng.normal(size=(2, points)))
    accuracy = np.full(points, 1 / classes)
    found = diagnose(Curves.of(train_loss=loss[0], val_loss=loss[1], val_acc=accuracy))
    assert found.regime in ("underfit", "erratic")
    assert {"constant_predictor", "no_better_than_chance"} & names(found)
