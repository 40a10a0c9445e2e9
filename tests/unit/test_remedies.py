"""Remedies: each acts on the settings as they stand, says what it did, and sees nothing that it must not see."""

from __future__ import annotations

from dataclasses import fields, replace
from importlib.metadata import EntryPoint, EntryPoints

import numpy as np
import pytest
import yaml
from helpers.settings import resolved
from hydra.types import RunMode

from sweep import recipes
from sweep.config import resolve as config
from sweep.config import schema
from sweep.config.remedies import REMEDIES, Remedy, RunSettings, apply, catalogue, register
from sweep.config.schema import Sizes, TrainSettings
from sweep.config.search_space import read
from sweep.diagnosis.advice import advise
from sweep.diagnosis.remedy_evidence import REMEDY_EVIDENCE
from sweep.diagnosis.types import Finding
from sweep.errors import ConfigError
from sweep.study.space import point, size

FILES = {path.stem: path for path in sorted((schema.CONF / "remedy").glob("*.yaml"))}
TRAIN = TrainSettings(
    learning_rate=0.01, batch_size=8, epochs=20, schedule="constant", warmup=0.1, weight_decay=0.01, max_grad_norm=1.0,
    early_stopping=None, keep_best=False, evaluations=20, checkpoint_minutes=None,
)  # fmt: skip
MODEL = {"width": 64, "layers": 2, "heads": 4, "dropout": 0.1}
RUN = RunSettings(TRAIN, Sizes(100, 40, 40, most=150), {"label_noise": 0.05, "augment": 0}, MODEL)


def given(name: str, run: RunSettings = RUN, strength: float = 1.0) -> RunSettings:
    after, acted, skipped = apply(run, {name: strength})
    assert [one.remedy for one in acted] == [name]
    assert not skipped
    return after


def why_not(name: str, run: RunSettings) -> str:
    after, acted, skipped = apply(run, {name: 1.0})
    assert after == run
    assert not acted
    assert [one.remedy for one in skipped] == [name]
    return skipped[0].why


def test_a_file_for_each_remedy_that_names_its_regimes():
    assert set(FILES) == {*REMEDIES, "none"}
    for name in REMEDIES:
        said = yaml.safe_load(FILES[name].read_text(encoding="utf-8"))["remedy"]
        assert list(said) == [name]
        assert tuple(said[name]["regimes"]) == REMEDIES[name].regimes
        assert all(name in REMEDY_EVIDENCE[regime] for regime in said[name]["regimes"])
        assert FILES[name].read_text(encoding="utf-8").startswith("# @package _global_\n# ")
    assert {name for names in REMEDY_EVIDENCE.values() for name in names} == set(REMEDIES)


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


def test_a_limit_on_the_users_examples_is_raised_where_it_was_reached():
    limited = replace(RUN, sizes=Sizes(100), data={"train": "mine.csv", "max_examples": 100})
    after = given("more_data", limited)
    assert after.data["max_examples"] == 400
    assert after.sizes.train is None  # only the data can tell
    assert after.train.epochs == 5
    assert "no more examples" in why_not("more_data", replace(limited, sizes=Sizes(60)))


@pytest.mark.parametrize("name", sorted(set(REMEDIES) - {"early_stopping", "less_regularization"}))
def test_a_larger_dose_goes_further(name):
    def distance(strength):
        after, before = given(name, strength=strength), RUN
        flat = [(getattr(after.train, f.name), getattr(before.train, f.name)) for f in fields(TrainSettings)]
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
    assert both.train.learning_rate == pytest.approx(0.008 / 20 * 10)
    other = resolved("train.learning_rate=0.008", "+remedy=[raise_rate,lower_rate]")
    assert [one.remedy for one in other.remedies] == ["raise_rate", "lower_rate"]


def test_a_glob_over_remedies_is_a_space_that_composes(loader):
    search = read(["+regime=overfit", "+remedy=glob(*)"], loader)
    master = loader.load_configuration("config", ["+regime=overfit"], RunMode.MULTIRUN)
    assert size(search.space) == len(REMEDIES) + 1
    for index in range(size(search.space)):
        params = point(search.space, index)
        made = config.resolve(config.read(loader.load_sweep_config(master, search.overrides(params))))
        acted = [one.remedy for one in (*made.remedies, *made.skipped)]
        assert acted == ([] if params["remedy"] == "none" else [params["remedy"]])


def test_it_acts_on_the_knob_as_it_stands_typed_or_not():
    before = resolved("+regime=erratic").train.learning_rate
    assert resolved("+regime=erratic", "+remedy=lower_rate").train.learning_rate == pytest.approx(before / 10)
    assert resolved("+remedy=lower_rate", "train.learning_rate=0.5").train.learning_rate == pytest.approx(0.05)


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
    assert {f.name for f in fields(RunSettings)} == {"train", "sizes", "data", "model"}
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
    for regime in REMEDY_EVIDENCE:
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


def halved(run: RunSettings, strength: float) -> tuple[RunSettings, str]:
    """A remedy of somebody else's."""
    return replace(run, train=replace(run.train, evaluations=run.train.evaluations // 2)), "half the evaluations"


OUTSIDE = Remedy("fewer_evaluations", ("overfit",), "evaluate less often", halved)


@pytest.fixture
def outside(tmp_path):
    """The overrides that name a remedy of another package, by a file in a folder of its own."""
    before = dict(catalogue._registered)
    (tmp_path / "remedy").mkdir()
    text = "# @package _global_\nremedy:\n  fewer_evaluations:\n    regimes: [overfit]\n"
    (tmp_path / "remedy" / "fewer_evaluations.yaml").write_text(text, encoding="utf-8")
    yield f"hydra.searchpath=[{tmp_path}]", "+remedy=fewer_evaluations"
    catalogue._registered.clear()
    catalogue._registered.update(before)


def test_a_remedy_from_outside_is_registered_and_applied(outside):
    register(OUTSIDE)
    run = resolved(*outside, "+regime=overfit", "remedy.fewer_evaluations.strength=2")
    assert run.train.evaluations == 10
    assert [(one.remedy, one.strength) for one in run.remedies] == [("fewer_evaluations", 2.0)]
    assert run.remedies[0].change == "half the evaluations"


def test_an_installed_package_offers_a_remedy_as_an_entry_point(outside, monkeypatch):
    offered = EntryPoints([EntryPoint("fewer_evaluations", f"{__name__}:OUTSIDE", catalogue.GROUP)])
    monkeypatch.setattr(catalogue, "entry_points", lambda group: offered.select(group=group))
    assert resolved(*outside).train.evaluations == 10


def test_an_unknown_remedy_is_refused_with_the_list(outside):
    with pytest.raises(ConfigError, match=r"remedy is .fewer_evaluations., but must be one of .*dropout"):
        resolved(*outside)


def test_a_registration_that_cannot_be_is_refused():
    with pytest.raises(ValueError, match="already registered"):
        register(replace(OUTSIDE, name="dropout"))
    with pytest.raises(ValueError, match="'tired'"):
        register(replace(OUTSIDE, regimes=("tired",)))
