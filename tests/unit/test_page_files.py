"""The page as a file: what is read of a study, what is refused, and text that stays text."""

from __future__ import annotations

import json
import re

import pytest
from filelock import FileLock
from helpers import page_studies

from sweep.curves import Curves
from sweep.diagnosis import diagnose
from sweep.readers import History
from sweep.report import page as pages
from sweep.report.__main__ import main
from sweep.report.page.study_folder import page_of_folder

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</script><script>alert(1)</script>",
    "\u202eemordnilap\u202c",
    "{{ 7 * 7 }}",
    "x" * 10_000,
]


def test_a_page_is_one_file_with_a_strict_policy(tmp_path, capsys):
    folder = page_studies.write(tmp_path / "mine", page_studies.checked())
    assert main([str(folder), "-o", str(tmp_path / "page.html")]) == 0
    text = (tmp_path / "page.html").read_text()
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text).group(1)
    assert "default-src &#39;none&#39;" in policy
    assert "unsafe" not in policy
    body = re.sub(r"<(script|style)\b.*?</\1>", "", text, flags=re.DOTALL)
    assert not re.findall(r"\s(on\w+|style)=", body)
    assert not re.findall(r'(src|href)="(?!data:|#)', body)
    for name in ("matrix", "map", "curves", "runs", "filter", "smooth"):
        assert text.count(f'id="{name}"') == 1


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_stays_text(name, tmp_path):
    rows = [page_studies.run(n, "healthy", recipe=name, params={name: n}, error=name) for n in range(3)]
    folder = page_studies.write(tmp_path / "mine", rows, study=name, command=f"python -m sweep 'a={name[:50]}'")
    pages.write(page_of_folder(folder), tmp_path / "page.html")
    text = (tmp_path / "page.html").read_text()
    assert "<script>alert" not in text
    assert "<img src=x" not in text
    assert text.count("</script>") == 5
    assert ">49<" not in text
    assert len(text) < 300_000


def test_a_file_that_exists_is_replaced_only_when_asked(tmp_path, capsys):
    folder = page_studies.write(tmp_path / "mine", page_studies.checked())
    target = tmp_path / "page.html"
    target.write_text("mine")
    assert main([str(folder), "-o", str(target)]) == 2
    assert "--overwrite" in capsys.readouterr().err
    assert target.read_text() == "mine"
    assert main([str(folder), "-o", str(target), "--overwrite"]) == 0
    assert target.read_text().startswith("<!doctype html>")


def test_the_study_s_own_report_is_renewed_but_nobody_else_s(tmp_path, capsys):
    folder = page_studies.write(tmp_path / "mine", page_studies.checked())
    assert main([str(folder)]) == 0
    assert main([str(folder)]) == 0
    (folder / "report.html").write_text("a page of somebody else")
    assert main([str(folder)]) == 2
    assert (folder / "report.html").read_text() == "a page of somebody else"


NO_STUDIES = {
    "empty": "neither summary.json nor the folder",
    "broken": "is not valid JSON",
    "log.csv": "no folder of a study",
}


@pytest.mark.parametrize(("made", "said"), NO_STUDIES.items())
def test_what_is_no_study_is_refused_in_one_line(made, said, tmp_path, capsys):
    place = tmp_path / made
    if made == "log.csv":
        place.write_text("step,loss\n1,2\n")
    else:
        place.mkdir()
    if made == "broken":
        (place / "summary.json").write_text('{"runs": [')
    assert main([str(place), "-o", str(tmp_path / "page.html")]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
    assert not (tmp_path / "page.html").exists()


def test_a_name_that_is_nowhere_says_where_it_was_sought(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    assert main(["nowhere"]) == 2
    assert "neither a study in outputs nor an MLflow experiment" in capsys.readouterr().err


def test_a_study_that_has_begun_nothing_has_a_page_that_says_so(tmp_path):
    folder = page_studies.write(tmp_path / "mine", [])
    pages.write(page_of_folder(folder), tmp_path / "page.html")
    assert "There is no run to show" in (tmp_path / "page.html").read_text()


def test_a_running_study_shows_the_alerts_so_far(tmp_path):
    folder = tmp_path / "mine"
    page_studies.trial(folder, 0, page_studies.curves("overfit"))
    done = page_studies.trial(folder, 1, page_studies.curves("healthy"), page_studies.diagnosis("healthy"))
    row = page_studies.run(1, "healthy")
    info = {
        key: row[key] for key in ("diagnosed", "confidence", "recipe", "seed", "learning_rate", "batch_size", "epochs")
    }
    (done / "result.json").write_text(json.dumps({"state": "COMPLETE", "values": [0.3], "info": info}))
    with FileLock(folder / ".lock"):
        page = page_of_folder(folder)
        first, second = page.runs
    assert page.as_of
    assert first.facts["state"] == "RUNNING"
    assert "its curves are overfit" in first.alerts[0]
    assert any(alert.startswith("step ") for alert in first.alerts[1:])
    assert second.facts["diagnosed"] == "healthy"
    ended = page_of_folder(folder)
    assert not ended.as_of
    assert [run.facts["state"] for run in ended.runs] == ["STOPPED", "COMPLETE"]


def test_a_folder_that_goes_away_while_it_is_read_is_a_notice_not_a_failure(tmp_path):
    folder = page_studies.write(tmp_path / "mine", page_studies.checked())
    page = page_of_folder(folder)
    for number in range(4, 12):
        (folder / f"{number:03d}" / "curves.csv").unlink()
    (folder / "003" / "curves.csv").write_text("step,val_loss\n1,nonsense\n")
    pages.write(page, tmp_path / "page.html")
    text = (tmp_path / "page.html").read_text()
    assert "The curves of trial 003 and of 8 more are missing here" in text


def test_two_studies_of_unlike_recipes_in_one_page(tmp_path):
    one = page_studies.write(tmp_path / "one", page_studies.checked())
    other = page_studies.write(tmp_path / "other", [page_studies.run(0, "healthy", recipe="pairs")])
    assert main([str(one), str(other), "-o", str(tmp_path / "page.html")]) == 0
    text = (tmp_path / "page.html").read_text()
    assert "<bdi>one and other</bdi>" in text
    assert '"label":"other/000"' in text


def test_histories_of_foreign_logs(tmp_path):
    seen = page_studies.curves("overfit")
    histories = [History(f"/logs/{n}.csv", "same", seen) for n in range(2)]
    histories.append(History("/logs/only.csv", "training only", Curves({"batch_loss": seen["batch_loss"]})))
    path = tmp_path / "page.html"
    pages.write_histories([(one, diagnose(one.curves)) for one in histories], path, notices=["one log was broken"])
    text = path.read_text()
    assert "one log was broken" in text
    assert '"label":"/logs/0.csv: same"' in text
    assert '"label":"training only"' in text
