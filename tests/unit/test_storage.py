import sqlite3

import optuna
import pytest

from sweep.errors import ConfigError
from sweep.study.storage import FORMAT, difference, open_storage, open_study


def test_difference_names_what_changed_before_what_came_or_went():
    lines = difference({"a": 1, "b": 2, "c": 3}, {"b": 3, "c": 3, "aa": 0})
    assert lines == ["b: 2 -> 3", "a: 1 -> (absent)", "aa: (absent) -> 0"]


@pytest.mark.parametrize("url", ["sqlite:///{}/deep/er/a.db", "journal:{}/deep/a.journal", "memory"])
def test_opens_what_it_names_and_finds_it_again(tmp_path, url):
    url = url.format(tmp_path)
    study = open_study("s", open_storage(url), ["minimize"], {"x": (1, 2)})
    study.add_trial(optuna.trial.create_trial(value=1.0))
    if url != "memory":
        assert len(open_study("s", open_storage(url), ["minimize"], {"x": [1, 2]}).trials) == 1
        with pytest.raises(ConfigError, match=r"x: \[1, 2\] -> \[1, 3\]"):
            open_study("s", open_storage(url), ["minimize"], {"x": [1, 3]})


def test_sqlite_appends_to_a_log(tmp_path):
    open_study("s", open_storage(f"sqlite:///{tmp_path}/a.db"), ["minimize"], {})
    connection = sqlite3.connect(tmp_path / "a.db")
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_folders_made_for_a_storage_that_fails_are_taken_away(tmp_path):
    (tmp_path / "file").write_text("x")
    for url in (f"sqlite:///{tmp_path}/file/a.db", f"journal:{tmp_path}/file/b/a", f"oracle+none:///{tmp_path}/c/a"):
        with pytest.raises(ConfigError, match=r"study\.storage is .*, which can't be opened: "):
            open_storage(url)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_study_cut_off_before_its_first_trial_is_written_again(tmp_path):
    storage = open_storage("memory")
    optuna.create_study(study_name="s", storage=storage)
    study = open_study("s", storage, ["minimize"], {"a": 1})
    assert study.user_attrs == {"fingerprint": {"a": 1}, "format": FORMAT}


def test_directions_are_part_of_a_study():
    storage = open_storage("memory")
    open_study("s", storage, ["minimize", "maximize"], {})
    with pytest.raises(ConfigError, match="directions: "):
        open_study("s", storage, ["minimize"], {})
