import json
import math

import pytest

from sweep.files import atomic


def test_a_file_is_replaced_as_a_whole(tmp_path):
    path = tmp_path / "a.json"
    atomic.write_json(path, {"x": 1})
    atomic.write_json(path, {"x": 2})
    assert json.loads(path.read_text()) == {"x": 2}
    assert [file.name for file in tmp_path.iterdir()] == ["a.json"]


def test_what_fails_in_the_middle_leaves_the_file_as_it_was(tmp_path):
    path = tmp_path / "a.txt"
    atomic.write_text(path, "whole")

    def fail():
        with atomic.replacing(path) as draft:
            draft.write_text("ha")
            raise OSError("the disk is full")

    with pytest.raises(OSError, match="disk is full"):
        fail()
    assert path.read_text() == "whole"
    with pytest.raises(ValueError, match="JSON"):
        atomic.write_json(path, math.nan)
    assert path.read_text() == "whole"


def test_a_draft_of_a_killed_process_is_overwritten(tmp_path):
    path = tmp_path / "a.txt"
    (tmp_path / "a.txt.part").write_text("half of a longer te")
    atomic.write_text(path, "whole")
    assert path.read_text() == "whole"
