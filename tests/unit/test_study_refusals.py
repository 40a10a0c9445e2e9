"""What a study refuses, and that nothing half-made is left behind."""

import optuna
import pytest
from helpers.studies import LINE, opened, states, sweep

from sweep.errors import ConfigError
from sweep.files import lock
from sweep.study.run import opened as opened_study
from sweep.study.settings import StudySettings
from sweep.study.space import Range


def test_bad_parameters_of_a_grid_are_refused_before_anything_is_made(tmp_path):
    def prepare(params):
        if params["x"] == 3:
            raise ConfigError("x", "3 can't be")
        return params

    with pytest.raises(ConfigError, match="x 3 can't be"):
        sweep(tmp_path, prepare=prepare)
    assert not list(tmp_path.iterdir())


def test_changed_config_is_refused_with_the_difference(tmp_path):
    sweep(tmp_path, fingerprint={"recipe": "digits", "epochs": 3})
    with pytest.raises(ConfigError, match=r"epochs: 3 -> 4.*note: \(absent\) -> new.*") as caught:
        sweep(tmp_path, fingerprint={"recipe": "digits", "epochs": 4, "note": "new"})
    assert "recipe" not in str(caught.value)
    assert "\n" not in str(caught.value)
    with pytest.raises(ConfigError, match=r"space\.x: range\(0\.\.4 by 1\) -> range\(0\.\.5 by 1\)"):
        sweep(tmp_path, {"x": Range(0, 5)}, fingerprint={"recipe": "digits", "epochs": 3})
    with pytest.raises(ConfigError, match="directions"):
        sweep(tmp_path, objectives=("val_loss", "-val_acc"), fingerprint={"recipe": "digits", "epochs": 3})


def test_a_study_of_another_program_or_version_is_refused(tmp_path):
    storage = opened(f"journal:{tmp_path}/optuna.journal")
    foreign = optuna.create_study(study_name="s", storage=storage)
    foreign.add_trial(optuna.trial.create_trial(value=1.0))
    with pytest.raises(ConfigError, match="a study of another program"):
        sweep(tmp_path)
    assert not (tmp_path / "s").exists()
    sweep(tmp_path, name="later")
    optuna.load_study(study_name="later", storage=storage).set_user_attr("format", 99)
    with pytest.raises(ConfigError, match="format 99"):
        sweep(tmp_path, name="later")


def test_folders_of_an_unknown_study_are_not_overwritten(tmp_path):
    (tmp_path / "s" / "000").mkdir(parents=True)
    (tmp_path / "s" / "000" / "curves.csv").write_text("precious")
    with pytest.raises(ConfigError, match="choose another name"):
        sweep(tmp_path)
    assert (tmp_path / "s" / "000" / "curves.csv").read_text() == "precious"
    assert not opened(f"journal:{tmp_path}/optuna.journal").get_all_studies()


def test_what_cannot_begin_leaves_nothing(tmp_path):
    def begin():
        settings = StudySettings("s", storage=f"journal:{tmp_path}/optuna.journal")
        with opened_study(settings, LINE, tmp_path / "s", validate=dict):
            raise OSError("no tracker here")

    with pytest.raises(OSError, match="no tracker"):
        begin()
    assert not (tmp_path / "s").exists()
    assert not opened(f"journal:{tmp_path}/optuna.journal").get_all_studies()
    sweep(tmp_path)
    with pytest.raises(OSError, match="no tracker"):
        begin()
    assert len(sweep(tmp_path).trials) == 5


def test_a_second_coordinator_is_refused(tmp_path):
    (tmp_path / "s").mkdir()
    with lock.coordinator(tmp_path / "s"), pytest.raises(ConfigError, match="another process"):
        sweep(tmp_path)
    assert states(sweep(tmp_path)) == ["COMPLETE"] * 5


@pytest.mark.parametrize("url", ["sqlite:////proc/no/such.db", "nonsense", "postgresql+nodriver://x/y", "sqlite:///{}"])
def test_a_storage_that_cannot_be_opened_is_one_line(tmp_path, url):
    (tmp_path / "garbage.db").write_text("this is no database at all, and long enough to be looked at " * 20)
    with pytest.raises(ConfigError, match=r"study\.storage is .*, which can't be opened: ") as caught:
        sweep(tmp_path, storage=url.format(tmp_path / "garbage.db"))
    assert "\n" not in str(caught.value)
    assert [p.name for p in tmp_path.iterdir()] == ["garbage.db"]


def test_error_survives_pickling():
    import pickle

    error = pickle.loads(pickle.dumps(ConfigError("a.b", "is\nwrong")))
    assert (str(error), error.key) == ("a.b is wrong", "a.b")


@pytest.mark.parametrize("state", [optuna.trial.TrialState.COMPLETE, optuna.trial.TrialState.RUNNING])
def test_a_study_of_the_version_before_is_refused_and_left_as_it_was(tmp_path, state):
    # As version 0.1 wrote it: a study, and a trial that has ended or was cut off, with its folder.
    storage = opened(f"journal:{tmp_path}/optuna.journal")
    old = optuna.create_study(study_name="s", storage=storage, directions=["minimize"])
    old.set_user_attr("fingerprint", {"space.x": "range(0..4 by 1)", "sampler": "grid", "sampler.seed": 0})
    old.set_user_attr("format", 1)
    old.add_trial(
        optuna.trial.create_trial(
            state=state,
            params={"x": 0},
            distributions={"x": optuna.distributions.IntDistribution(0, 4)},
            value=0.0 if state.is_finished() else None,
            user_attrs={"index": 0, "attempt": 1, "diagnosed": "healthy"},
        )
    )
    folder = tmp_path / "s"
    (folder / "000").mkdir(parents=True)
    (folder / "000" / "result.json").write_text('{"state": "COMPLETE", "values": [0.0], "info": {}}')
    (folder / ".workers").touch()
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    said = r"study\.name is 's', a study of another version of sweep \(format 1, here 2\)"
    with pytest.raises(ConfigError, match=said) as caught:
        sweep(tmp_path)
    assert "choose another name" in str(caught.value)
    assert "\n" not in str(caught.value)
    left = {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.name != lock.COORDINATOR}
    assert left == before
    assert [trial.state for trial in optuna.load_study(study_name="s", storage=storage).trials] == [state]
    assert states(sweep(tmp_path, name="other")) == ["COMPLETE"] * 5
