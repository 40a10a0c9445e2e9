import pytest
from hydra.types import RunMode
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from sweep.config.compose import composer
from sweep.config.search_space import read
from sweep.study.space import point, size


def master(loader, *fixed):
    return loader.load_configuration("config", list(fixed), RunMode.MULTIRUN)


def test_the_same_as_hydra_composes(loader):
    fixed = ["train.warmup=0.2"]
    texts = ["+regime=overfit,underfit", "recipe=digits,pairs", "train.learning_rate=1e-3,0.5", "study.name=null,'5'"]
    search, main = read([*fixed, *texts, "+recipe.data.extra=[1,2],3"], loader), master(loader, *fixed)
    compose = composer(search, main, loader)
    for index in range(0, size(search.space), 5):
        params = point(search.space, index)
        mine, hydras = compose(params), loader.load_sweep_config(main, search.overrides(params))
        plain, wanted = (OmegaConf.to_container(config) for config in (mine, hydras))
        plain.pop("hydra", None), wanted.pop("hydra", None)
        assert plain == wanted


def test_composes_once_for_each_combination_of_groups(loader, monkeypatch):
    search, main = read(["+regime=overfit,underfit", "seed=range(9)"], loader), master(loader)
    calls, real = [], loader.load_sweep_config
    monkeypatch.setattr(loader, "load_sweep_config", lambda *given: calls.append(given) or real(*given))
    compose = composer(search, main, loader)
    seeds = [compose(point(search.space, index)).seed for index in range(18)]
    assert seeds == [*range(9), *range(9)]
    assert len(calls) == 2


@pytest.mark.parametrize("text", ["train.learning_rat=1,2", "train.learning_rate=fast,slow", "seed=1.5,2.5"])
def test_a_key_that_is_not_there_and_a_wrong_type_are_refused(loader, text):
    search = read([text], loader)
    with pytest.raises(OmegaConfBaseException):
        composer(search, master(loader), loader)(point(search.space, 0))
