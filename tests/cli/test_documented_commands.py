"""The commands of the README and the documents: each is a study that could begin, or arguments that are understood."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from helpers.commands import sweep

from sweep import recipes
from sweep.cli import diagnose
from sweep.cli import run as cli
from sweep.report import __main__ as report
from sweep.study.space import is_grid, point

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
COMMAND = re.compile(r"python -m (sweep[\w.]*) ([^`\n|>]+)")


def commands() -> dict[tuple[str, ...], str]:
    """Module and words of every command in a block or a span of code, and the document that has it first."""
    found: dict[tuple[str, ...], str] = {}
    for document in DOCUMENTS:
        text = document.read_text("utf-8").replace("\\\n", " ")
        for module, words in COMMAND.findall(text):
            found.setdefault((module, *shlex.split(words, comments=True)), document.name)
    return found


COMMANDS = commands()


def of(module: str) -> list[tuple[str, ...]]:
    return [words for name, *words in COMMANDS if name == module]


@pytest.fixture
def plans(monkeypatch: pytest.MonkeyPatch) -> list[cli.Plan]:
    """The studies that are ready to run, in place of running them; the data that they name are not looked at."""
    ready: list[cli.Plan] = []
    monkeypatch.setattr(cli, "conduct", lambda plan: ready.append(plan) or 0)
    monkeypatch.setattr(recipes, "check", lambda recipe: None)
    return ready


@pytest.mark.parametrize("words", of("sweep"), ids=" ".join)
def test_a_run_or_a_sweep_is_ready_to_begin(words, plans, tmp_path):
    done = sweep(tmp_path, *words)
    assert (done.status, done.err) == (0, "")
    if "--cfg" in words:
        assert "learning_rate" in done.out
        return
    [plan] = plans
    assert bool(plan.space) == (
        bool({"-m", "treat=true"} & {*words}) or any(word.startswith("+sweep=") for word in words)
    )
    if is_grid(plan.space):
        assert plan.prepare(point(plan.space, 0)).train.epochs > 0


@pytest.mark.parametrize("words", of("sweep.diagnose"), ids=" ".join)
def test_the_arguments_of_a_diagnosis_are_understood(words):
    assert diagnose._parser().parse_args(words).paths


@pytest.mark.parametrize("words", of("sweep.report"), ids=" ".join)
def test_the_arguments_of_a_report_are_understood(words):
    assert report._parser().parse_args(words).names


def test_the_documents_have_commands_of_every_kind():
    assert {module for module, *_ in COMMANDS} == {"sweep", "sweep.diagnose", "sweep.report"}
