import numpy as np
import pytest
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

from sweep.errors import ConfigError
from sweep.study import samplers
from sweep.study.space import Choice, Interval, Range, Space

LINE: Space = {"x": Interval(0, 1)}
PLANE: Space = {"x": Interval(0, 1), "y": Interval(1e-4, 1, log=True)}
GRID: Space = {"a": Choice(("u", "v")), "b": Range(1, 3)}


def test_the_sampler_meant():
    assert samplers.choose(None, GRID, None) == "grid"
    assert samplers.choose(None, GRID, 4) == "tpe"
    assert samplers.choose(None, PLANE, None) == "tpe"
    assert samplers.choose("qmc", GRID, None) == "qmc"
    with pytest.raises(ConfigError, match=r"sampler is 'tep', but must be one of grid, random, qmc, tpe"):
        samplers.choose("tep", GRID, None)


def test_total():
    assert samplers.total("grid", GRID, None) == 6
    assert samplers.total("grid", GRID, 4) == 4
    assert samplers.total("tpe", PLANE, 9) == 9
    for name, space, trials in (("grid", GRID, 7), ("tpe", PLANE, None), ("grid", GRID, 0)):
        with pytest.raises(ConfigError, match=r"study\.trials is "):
            samplers.total(name, space, trials)


@pytest.mark.parametrize(
    ("name", "space", "objectives"),
    [("grid", LINE, 1), ("cmaes", LINE, 1), ("cmaes", {**PLANE, "c": Choice((1, 2))}, 1), ("cmaes", PLANE, 2)],
)
def test_a_sampler_that_cannot_do_the_space_says_what_can(name, space, objectives):
    with pytest.raises(ConfigError, match=r"sampler"):
        samplers.check(name, space, objectives)


@pytest.mark.parametrize("name", samplers.DESIGNS)
def test_designs_are_functions_of_the_index(name):
    space = GRID if name == "grid" else {**GRID, **PLANE}
    first, second = (samplers.design(name, space, {}, 3) for _ in range(2))
    count = 6 if name == "grid" else 70
    forwards = [first(i) for i in range(count)]
    backwards = [second(i) for i in reversed(range(count))][::-1]
    assert forwards == backwards
    assert len({tuple(p.values()) for p in forwards}) == count
    if name != "grid":
        assert samplers.design(name, space, {}, 4)(0) != first(0)


def test_qmc_covers_the_square_more_evenly_than_chance():
    from scipy.stats.qmc import discrepancy

    points = samplers.design("qmc", {"x": Interval(0, 1), "y": Interval(0, 1)}, {}, 0)
    chance = samplers.design("random", {"x": Interval(0, 1), "y": Interval(0, 1)}, {}, 0)

    def uneven(plan):
        return discrepancy(np.array([list(plan(i).values()) for i in range(64)]))

    assert uneven(points) < uneven(chance) / 3
    halton = samplers.design("qmc", PLANE, {"kind": "halton", "scramble": False}, 0)
    assert halton(1)["x"] == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("name", "options"), [("qmc", {"kind": "sobl"}), ("random", {"n": 1}), ("grid", {"n": 1}), ("qmc", {"n": 1})]
)
def test_unknown_options_of_plans_are_refused(name, options):
    with pytest.raises(ConfigError, match=rf"sampler\.options\.{next(iter(options))} is "):
        samplers.design(name, GRID, options, 0)


def test_options_reach_optuna_and_unknown_ones_are_refused():
    assert samplers.sampler("tpe", {"n_startup_trials": 3}, 0)(0)._n_startup_trials == 3
    for name in samplers.OPTUNA:
        with pytest.raises(ConfigError, match=rf"sampler\.options are .*, which {name} refuses"):
            samplers.sampler(name, {"no_such_option": 3}, 0)


def test_the_seed_of_a_trial_is_of_study_seed_and_index():
    def draw(seed, index):
        return samplers.sampler("tpe", {}, seed)(index)._rng.rng.random_sample()

    assert draw(0, 1) == draw(0, 1)
    assert len({draw(seed, index) for seed in range(4) for index in range(4)}) == 16


def test_distributions_are_optunas():
    cases = {
        Choice(("a", 1)): CategoricalDistribution(("a", 1)),
        Range(1, 9, 4): IntDistribution(1, 9, step=4),
        Range(1, 8, 3): IntDistribution(1, 7, step=3),
        Range(0.0, 0.5, 0.25): FloatDistribution(0.0, 0.5, step=0.25),
        Interval(1e-4, 1, log=True): FloatDistribution(1e-4, 1, log=True),
        Interval(1, 64, log=True, whole=True): IntDistribution(1, 64, log=True),
    }
    for dimension, wanted in cases.items():
        assert samplers.distribution(dimension) == wanted
