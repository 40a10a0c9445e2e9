import pytest
from hydra import compose
from hydra.errors import OverrideParseException

from sweep.config.search_space import read
from sweep.errors import ConfigError
from sweep.study.space import Choice, Interval, Range


@pytest.mark.parametrize(
    ("text", "dimension"),
    [
        ("x=1,2,4", Choice((1, 2, 4))),
        ("x=choice(a,b)", Choice(("a", "b"))),
        ("x=1e-3,null,true", Choice((1e-3, "null", True))),
        ("x=choice('a b',a-b,[1,2],'5')", Choice(("'a b'", "a-b", "[1,2]", "'5'"))),
        ("x=sort(3,1,2)", Choice((1, 2, 3))),
        ("x=range(5)", Range(0, 4, 1)),
        ("x=range(1,8,3)", Range(1, 7, 3)),
        ("x=range(0,0.3,0.1)", Range(0.0, 0.2, 0.1)),
        ("x=range(3,0,-1)", Choice((3, 2, 1))),
        ("x=interval(0,1)", Interval(0.0, 1.0)),
        ("x=tag(log,interval(1e-4,1e-1))", Interval(1e-4, 1e-1, log=True)),
        ("x=tag(int,interval(4,64))", Interval(4, 64, whole=True)),
        ("x=int(interval(4,64))", Interval(4, 64, whole=True)),
        ("x=tag(int,log,interval(4,64))", Interval(4, 64, log=True, whole=True)),
    ],
)
def test_grammar(loader, text, dimension):
    assert read([text], loader).space == {"x": dimension}


def test_glob_lists_the_options_of_a_group(loader):
    space = read(["+regime=glob(*,exclude=er*)"], loader).space
    assert space == {"regime": Choice(("healthy", "overfit", "underfit"))}


def test_plain_overrides_stay_fixed_and_each_trial_composes(loader):
    search = read(["+regime=overfit,underfit", "recipe=pairs", "seed=range(2)", "train.schedule='cosine'"], loader)
    assert search.fixed == ("recipe=pairs", "train.schedule='cosine'")
    overrides = search.overrides({"regime": "underfit", "seed": 1})
    assert overrides == ["recipe=pairs", "train.schedule='cosine'", "+regime=underfit", "seed=1"]


def test_values_come_back_as_they_were_meant(loader):
    texts = {
        "seed": "3,4",
        "train.learning_rate": "1e-5,0.1",
        "train.schedule": "cosine,'linear'",
        "study.name": "null,'5'",
        "outputs": "choice('5','a=b, c')",
    }
    search = read([f"{key}={value}" for key, value in texts.items()], loader)
    for at, wanted in enumerate([(3, 1e-5, "cosine", None, "5"), (4, 0.1, "linear", "5", "a=b, c")]):
        params = {name: dimension.values[at] for name, dimension in search.space.items()}
        config = compose("config", [*search.overrides(params), "hydra/sweeper=basic"])
        assert (
            config.seed,
            config.train.learning_rate,
            config.train.schedule,
            config.study.name,
            config.outputs,
        ) == wanted


def test_the_later_override_of_a_key_wins(loader):
    search = read(["+regime=glob(*)", "seed=range(5)", "seed=3", "regime=overfit,healthy"], loader)
    assert search.space == {"regime": Choice(("overfit", "healthy"))}
    assert search.fixed == ("seed=3",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("seed=3", "-m has nothing to sweep over"),
        ("+regime=glob(nosuch*)", "regime has no value to choose from"),
        ("x=range(3,3)", "x has no value to choose from"),
        ("x=interval(2,1)", r"x is an empty interval, 2\.0 to 1\.0"),
        ("x=tag(log,interval(0,1))", "x is a log interval from 0"),
        ("x=tag(often,interval(0,1))", "x has the unknown tag 'often'"),
        ("x=tag(log,choice(1,2))", "x has a tag, which only an interval takes"),
        ("x=shuffle(1,2,3)", "x is shuffled"),
        ("x=1,2,1", "x is .*, with a value twice"),
    ],
)
def test_refused_in_one_line(loader, text, message):
    with pytest.raises(ConfigError, match=message) as caught:
        read([text], loader)
    assert "\n" not in str(caught.value)


def test_a_slip_of_syntax_is_hydras(loader):
    with pytest.raises(OverrideParseException):
        read(["x=choice(1,"], loader)
