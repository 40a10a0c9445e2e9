"""The catalogue of regimes: one list, which everything else iterates over."""

from __future__ import annotations

import ast
from pathlib import Path

import yaml
from rich.style import Style

from sweep.config.schema import CONF
from sweep.regimes import INCONCLUSIVE, MIXED, NAMES, REGIMES, VERDICTS

SRC = Path(__file__).parents[2] / "src" / "sweep"
# What a fifth regime touches: its entry, the rules that recognise it, the intervention that defines it.
ALLOWED = {"regimes.py", "diagnosis", "experiments/audit/rule.py"}
ALLOWED |= {"report/page/sketches.py"}  # a regime that nobody drew by hand has no sketch, and the page no gap


def test_names_and_looks_are_distinct_and_usable():
    looks = (*VERDICTS.values(), MIXED)
    for field in ("name", "meaning", "expectation", "colour", "marker", "glyph", "style"):
        assert len({getattr(one, field) for one in looks}) == len(looks), field
    for one in looks:
        Style.parse(one.style)


def test_verdicts_are_the_regimes_and_inconclusive():
    assert tuple(VERDICTS) == (*NAMES, INCONCLUSIVE.name)
    assert [one.name for one in REGIMES] == ["healthy", "overfit", "underfit", "erratic"]


def test_every_regime_has_a_deliberate_setting():
    settings = {path.stem: yaml.safe_load(path.read_text("utf-8"))["regime"] for path in (CONF / "regime").glob("*")}
    assert settings.keys() == set(NAMES)
    assert all(setting["expect"] == name for name, setting in settings.items())


def test_no_other_file_lists_the_regimes():
    for file in SRC.rglob("*.py"):
        place = file.relative_to(SRC).as_posix()
        if place in ALLOWED or place.split("/")[0] in ALLOWED:
            continue
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            words = {child.value for child in ast.iter_child_nodes(node) if isinstance(child, ast.Constant)}
            assert len(words & set(NAMES)) < 3, f"{place} lists the regimes: iterate over sweep.regimes"
