"""Remedies: each acts on the settings as they stand, says what it did, and sees nothing that it must not see."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
import yaml
from hydra import initialize_config_dir
from hydra.core.config_store import ConfigStore
from hydra.core.global_hydra import GlobalHydra
from hydra.types import RunMode
from settings import resolved

from sweep import recipes
from sweep.config import resolve as config
from sweep.config.remedies import REMEDIES, Patient, apply
from sweep.config.schema import Schema, Sizes, Train
from sweep.config.search_space import read
from sweep.diagnosis.advice import advise
from sweep.diagnosis.evidence import CURES
from sweep.diagnosis.types import Finding
from sweep.errors import ConfigError
from sweep.study.space import point, size

FILES = {path.stem: path for path in sorted((config.CONF / "remedy").glob("*.yaml"))}
TRAIN = Train(0.01, 8, 20, "constant", 0.1, 0.01, 1.0, None, False, 20, None)
MODEL = {"width": 64, "layers": 2, "heads": 4, "dropout": 0.1}
RUN = Patient(TRAIN, Sizes(100, 40, 40, most=150), {"label_noise": 0.05, "augment": 0}, MODEL)


def given(name: str, patient: Patient = RUN, strength: float = 1.0) -> Patient:
    after, acted, skipped = apply(patient, {name: strength})
    assert [one.remedy for one in acted] == [name]
    assert not skipped
    return after


def why_not(name: str, patient: Patient) -> str:
    after, acted, skipped = apply(patient, {name: 1.0})
    assert after == patient
    assert not acted
    assert [one.remedy for one in skipped] == [name]
    return skipped[0].why


def test_a_file_for_each_remedy_that_names_its_regimes():
    assert set(FILES) == {*REMEDIES, "none"}
    for name in REMEDIES:
        said = yaml.safe_load(FILES[name].read_text(encoding="utf-8"))["remedy"]
        assert list(said) == [name]
        assert all(name in CURES[regime] for regime in said[name]["regimes"])
        assert FILES[name].read_text(encoding="utf-8").startswith("# @package _global_\n# ")
    assert {name for names in CURES.values() for name in names} == set(REMEDIES)


@pytest.mark.parametrize("name", REMEDIES)
@pytest.mark.parametrize("recipe", ["digits", "pairs"])
def test_each_changes_the_run_or_says_why_not(name, recipe):
    plain, treated = resolved(f"recipe={recipe}"), resolved(f"recipe={recipe}", f"+remedy={name}")
    same = (plain.train, plain.recipe) == (treated.train, treated.recipe)
    assert same == bool(treated.skipped)
    assert len(treated.remedies) + len(treated.skipped) == 1


def test_what_each_does():
    assert given("early_stopping").train.early_stopping == 3
    assert given("early_stopping").train.keep_best
    assert given("weight_decay").train.weight_decay == pytest.approx(0.51)
    assert given("dropout").model["dropout"] == pytest.approx(0.325)
    assert given("smaller_model").model["width"] == 32
    assert given("larger_model").model["width"] == 128
    assert given("train_longer").train.epochs == 60
    assert given("raise_rate").train.learning_rate == pytest.approx(0.1)
    assert given("lower_rate").train.learning_rate == pytest.approx(0.001)
    assert given("larger_batch").train.batch_size == 32
    assert given("clip_gradients").train.max_grad_norm == pytest.approx(0.1)
    assert given("warm_up").train.warmup == pytest.approx(0.4)
    assert given("cleaner_data").data["label_noise"] == pytest.approx(0.005)
    bare = given("less_regularization")
    assert (bare.train.weight_decay, bare.model["dropout"]) == (0, 0)


def test_more_data_takes_what_there_is_and_about_as_many_steps():
    after = given("more_data")
    assert after.sizes == Sizes(150, 40, 40, most=150)
    assert after.data["augment"] == 3
    before_steps = TRAIN.epochs * 100
    assert before_steps <= after.train.epochs * 150 * 4 < 1.4 * before_steps


@pytest.mark.parametrize("name", sorted(set(REMEDIES) - {"early_stopping", "less_regularization"}))
def test_a_larger_dose_goes_further(name):
    def distance(strength):
        after, before = given(name, strength=strength), RUN
        flat = [(getattr(after.train, f.name), getattr(before.train, f.name)) for f in fields(Train)]
        flat += [(after.model[key], before.model[key]) for key in MODEL]
        flat += [(after.data[key], before.data[key]) for key in before.data]
        return sum(abs(np.log((a + 1e-6) / (b + 1e-6))) for a, b in flat if isinstance(a, int | float) and b != a)

    assert distance(0.5) < distance(1.0)
    assert distance(2.0) >= distance(1.0)


def test_one_that_cannot_act_says_why():
    assert "checkpoint bert-tiny" in why_not("smaller_model", replace(RUN, model={**MODEL, "checkpoint": "bert-tiny"}))
    assert "made smaller" in why_not("smaller_model", replace(RUN, model={**MODEL, "width": 8}))
    assert "no width" in why_not("larger_model", replace(RUN, model={}))
    assert given("dropout", replace(RUN, model={"checkpoint": "x", "dropout": None})).model["dropout"] > 0.3
    assert "no dropout" in why_not("dropout", replace(RUN, model={"width": 64}))
    assert "on already" in why_not("early_stopping", given("early_stopping"))
    assert "no more examples" in why_not("more_data", replace(RUN, sizes=Sizes(100, 40, 40), data={}))
    assert "clean already" in why_not("cleaner_data", replace(RUN, data={"label_noise": 0.0}))
    assert "wrong labels" in why_not("cleaner_data", replace(RUN, data={}))
    assert "whole training set" in why_not("larger_batch", replace(RUN, train=replace(TRAIN, batch_size=100)))
    assert "neither" in why_not("less_regularization", given("less_regularization"))


def test_several_act_in_order_on_what_the_others_left():
    both = resolved("train.learning_rate=0.008", "+remedy=[lower_rate,raise_rate]", "remedy.lower_rate.strength=2")
    assert [one.remedy for one in both.remedies] == ["lower_rate", "raise_rate"]
    assert both.knobs.learning_rate == pytest.approx(0.008 / 20 * 10)
    other = resolved("train.learning_rate=0.008", "+remedy=[raise_rate,lower_rate]")
    assert [one.remedy for one in other.remedies] == ["raise_rate", "lower_rate"]


def test_a_glob_over_remedies_is_a_space_that_composes():
    ConfigStore.instance().store(name="schema", node=Schema)
    with initialize_config_dir(str(config.CONF), version_base="1.3"):
        loader = GlobalHydra.instance().config_loader()
        search = read(["+regime=overfit", "+remedy=glob(*)"], loader)
        master = loader.load_configuration("config", ["+regime=overfit"], RunMode.MULTIRUN)
        assert size(search.space) == len(REMEDIES) + 1
        for index in range(size(search.space)):
            params = point(search.space, index)
            made = config.resolve(config.read(loader.load_sweep_config(master, search.overrides(params))))
            acted = [one.remedy for one in (*made.remedies, *made.skipped)]
            assert acted == ([] if params["remedy"] == "none" else [params["remedy"]])


def test_it_acts_on_the_knob_as_it_stands_typed_or_not():
    before = resolved("+regime=erratic").knobs.learning_rate
    assert resolved("+regime=erratic", "+remedy=lower_rate").knobs.learning_rate == pytest.approx(before / 10)
    assert resolved("+remedy=lower_rate", "train.learning_rate=0.5").knobs.learning_rate == pytest.approx(0.05)


def test_a_treated_run_is_expected_to_be_nothing():
    assert resolved("+regime=overfit", "+remedy=dropout").expected is None
    assert resolved("+regime=overfit", "+remedy=none").expected == "overfit"
    untouched = resolved("+regime=overfit", "+remedy=cleaner_data", "recipe.data.label_noise=0")
    assert untouched.expected == "overfit"
    assert untouched.skipped[0].remedy == "cleaner_data"


@pytest.mark.parametrize("strength", ["0", "-1", "inf", "nan"])
def test_a_dose_that_is_none_is_refused(strength):
    with pytest.raises(ConfigError, match=r"remedy\.dropout\.strength"):
        resolved("+remedy=dropout", f"remedy.dropout.strength={strength}")


def test_neither_reference_nor_regime_nor_expectation_is_read():
    assert {f.name for f in fields(Patient)} == {"train", "sizes", "data", "model"}
    typed = ["train.learning_rate=0.05", "train.batch_size=8", "train.epochs=7"]
    erratic = resolved(*typed, "+regime=erratic")
    reference = "recipe.reference={learning_rate: 3.0, batch_size: 2, epochs: 900}"
    unlike = resolved(*typed, "+regime=underfit", "regime.name=x", "regime.expect=healthy", reference)
    for name in REMEDIES:
        one, other = (config.treated(run, {name: 1.5}) for run in (erratic, unlike))
        for part in ("train", "remedies", "skipped"):
            assert getattr(one, part) == getattr(other, part), name
        assert one.recipe.sizes == other.recipe.sizes
        assert (one.recipe.data, one.recipe.model) == (other.recipe.data, other.recipe.model)


def test_advice_names_remedies_with_doses_that_act():
    run = resolved()
    for regime in CURES:
        for hint in advise((Finding("oscillating", 0.3, 0.1, None, ""),), regime):
            assert config.treated(run, {hint.remedy: hint.strength}).remedies, hint


@pytest.mark.parametrize("recipe", ["digits", "pairs"])
def test_more_data_leaves_validation_and_test_as_they_were(recipe):
    small = ["recipe.sizes.train=60", "recipe.sizes.validation=40", "recipe.sizes.test=40", "train.batch_size=8"]
    plain = resolved(f"recipe={recipe}", *small)
    more = config.treated(plain, {"more_data": 0.3})
    before, after = recipes.build(plain.recipe, 0), recipes.build(more.recipe, 0)
    assert len(after.train) > len(before.train)
    for part in ("validation", "test"):
        one, two = getattr(before, part), getattr(after, part)
        assert len(one) == len(two) == 40
        for row in range(40):
            assert all(np.array_equal(one[row][key], two[row][key]) for key in one[row]), (part, row)
