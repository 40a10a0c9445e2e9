"""How the diagnosis does on labelled curves: what of them is held back, scores, the tables of docs/calibration.md."""

from __future__ import annotations

import itertools
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from calibration_cases import Case
from sklearn.metrics import f1_score

from sweep.diagnosis import REGIMES
from sweep.diagnosis.features import Features, measure
from sweep.diagnosis.series import PreparedSeries, prepare_series
from sweep.diagnosis.verdict import chance_of, confidence, weigh

HELD = {"wine", "spirals", "friedman", "cancer", "language", "translation"}
WEIGHT = {"parametric": 0.2, "tiny": 1.0, "own": 20.0}  # each source counts about as much as the others

HEAD = """# Calibration of the diagnosis

Written by `python scripts/calibrate.py`; do not edit. {fitted} histories were fitted on, {back} held back: whole
recipes (new data), a fifth of the settings of the other tiny networks, the odd seeds of this project's other recipes,
and every fifth parametric history.

What the labels mean: parametric families hold by construction; `tiny` are real networks judged by a large clean test
set, by what the same run gained later, and by its siblings on the same data; `own` are this project's recipes, labelled
by the deliberate setting. Cases that lie between two regimes are left out.

"""


@dataclass(frozen=True)
class Measured:
    """A case with everything that the fits ask of it again and again."""

    case: Case
    view: PreparedSeries
    features: Features
    held: bool

    @property
    def weight(self) -> float:
        """How much the case counts in a score."""
        return WEIGHT[self.case.source]


def measured(cases: Iterable[Case]) -> list[Measured]:
    """Measure each case that has any finite point."""
    found = []
    for case in cases:
        view = prepare_series(case.curves)
        if view.main.size:
            found.append(Measured(case, view, measure(view, chance_of(view, case.baseline)), held(case)))
    return found


def held(case: Case) -> bool:
    """Whether a case is kept from every fit: by its recipe, else by its setting."""
    if case.source == "parametric":
        return case.setting == "0"
    if case.source == "own" and case.recipe not in HELD:
        return int(case.setting.split()[-1]) % 2 == 1  # the odd seeds
    return case.recipe in HELD or zlib.crc32(f"{case.recipe} {case.setting}".encode()) % 5 == 0


def verdict(item: Measured) -> tuple[str, float]:
    """Regime and margin, by the constants as they stand."""
    if item.view.broken is not None:
        return "erratic", 3.0
    regime, margin, _ = weigh(item.view, item.features)
    return regime, margin


def macro_f1(items: Sequence[Measured]) -> float:
    """Weighted macro-F1 over the four regimes; an inconclusive verdict is never right."""
    labels = [item.case.label for item in items]
    found = [verdict(item)[0] for item in items]
    weights = [item.weight for item in items]
    return float(f1_score(labels, found, labels=list(REGIMES), average="macro", sample_weight=weights, zero_division=0))


def table(items: Sequence[Measured]) -> list[str]:
    """Scores by source and recipe, the confusion, and the reliability of the confidence, as Markdown."""
    lines = [
        "| held back | runs | macro-F1, four regimes | macro-F1, overfit or not | sound runs called ill |",
        "|---|--:|--:|--:|--:|",
    ]
    groups: dict[str, list[Measured]] = {}
    for item in items:
        by = "parametric families" if item.case.source == "parametric" else f"{item.case.source}: {item.case.recipe}"
        seen = (
            " (new seeds)"
            if item.case.source == "own" and item.case.recipe not in HELD
            else ""
            if item.case.source == "parametric" or item.case.recipe in HELD
            else " (new settings)"
        )
        groups.setdefault(by + seen, []).append(item)
    for name in ["all", *sorted(groups)]:
        mine = items if name == "all" else groups[name]
        labels, found = [item.case.label for item in mine], [verdict(item)[0] for item in mine]
        there = [regime for regime in REGIMES if regime in labels]
        four = f1_score(labels, found, labels=there, average="macro", zero_division=0)
        two = f1_score(
            [x == "overfit" for x in labels], [x == "overfit" for x in found], average="macro", zero_division=0
        )
        sound = [b for a, b in zip(labels, found, strict=True) if a == "healthy"]
        ill = f"{sum(b != 'healthy' for b in sound)} of {len(sound)}"
        lines.append(f"| {name} | {len(mine)} | {four:.3f} | {two:.3f} | {ill} |")
    counts = Counter((item.case.label, verdict(item)[0]) for item in items)
    columns = (*REGIMES, "inconclusive")
    lines += [
        "",
        "Verdicts:",
        "",
        "| truth \\ verdict | " + " | ".join(columns) + " |",
        "|---" + "|--:" * len(columns) + "|",
    ]
    lines += [f"| {a} | " + " | ".join(str(counts[a, b]) for b in columns) + " |" for a in REGIMES]
    lines += ["", "Reliability: of the verdicts given at a confidence, how many are right.", ""]
    lines += ["| confidence given | verdicts | right | mean confidence |", "|---|--:|--:|--:|"]
    told = [(confidence(*verdict(item)), verdict(item)[0] == item.case.label) for item in items]
    edges = (0.0, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 1.0001)
    for low, high in itertools.pairwise(edges):
        mine_ = [(sure, right) for sure, right in told if low <= sure < high]
        if mine_:
            right = np.mean([right for _, right in mine_])
            sure = np.mean([sure for sure, _ in mine_])
            lines.append(f"| {low:.2f} to {min(high, 1):.2f} | {len(mine_)} | {right:.3f} | {sure:.3f} |")
    return lines
