"""Score the verdict's model on families that it was not fitted on, and write the tables of docs/diagnosis.md.

    python scripts/evidence/score.py

Every case is scored by a model that saw no case of its family. Mixed cases are left out; "inconclusive" counts as
missed. Beside the model stands the rules' vote on the same cases.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
from additive import Settings
from fit import MEASURES, ROOT, tempered
from sklearn.metrics import f1_score
from table import REGIMES, Table, families_left_out, load, pooled

from sweep.diagnosis.verdict import SINGLED_OUT

PAGE = ROOT / "docs" / "diagnosis.md"
BEGIN, END = "<!-- tables: scripts/evidence/score.py -->", "<!-- end of tables -->"
ENOUGH = 8  # points that a log must have to count
SURE, FAIRLY_SURE = 0.9, 0.8
EDGES = (0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0001)
Array = np.ndarray
MISSED = -1


def main() -> None:
    """Score and write."""
    table = load(MEASURES)
    parts = [BEGIN, *_overview(table)]
    for by, words in (("family", "kind of data"), ("model", "kind of model")):
        probabilities = _left_out(table, by)
        parts += ["", f"### Left out: one {words} after another", "", *_families(table, probabilities, by)]
        if by == "family":
            parts += ["", "### Reliability", "", *_reliability(table, probabilities)]
    parts += ["", "### Textbook symptoms", "", *_symptoms(table), END]
    page = PAGE.read_text(encoding="utf-8")
    before, after = page.split(BEGIN)[0], page.split(END)[1]
    PAGE.write_text(before + "\n".join(parts) + after, encoding="utf-8")
    print("\n".join(parts))


def _left_out(table: Table, by: str) -> Array:
    return tempered(families_left_out(table, Settings(), by), table)


def counted(table: Table) -> Array:
    """Cases that are scored: of one regime, with enough validation points, or training rows where there are none."""
    evaluations = table.facts["evaluations"]
    points = np.where(evaluations > 0, evaluations, table.facts["points"])
    return table.clear & (points >= ENOUGH)


def called(probabilities: Array) -> Array:
    """The regime called, ``MISSED`` where inconclusive."""
    return np.where(probabilities.max(axis=1) < SINGLED_OUT, MISSED, probabilities.argmax(axis=1))


def voted(table: Table) -> Array:
    """What the rules alone say."""
    strength = {name: table.inputs[:, table.names.index(f"vote_{name}")] for name in REGIMES[1:]}
    order = ("erratic", "overfit", "underfit")
    holds = [strength[name] > 0 for name in order]
    return np.select(holds, [REGIMES.index(name) for name in order], default=REGIMES.index("healthy"))


def macro_f1(truth: Array, verdicts: Array) -> float:
    """Mean F1 over the four regimes."""
    labels = list(range(len(REGIMES)))
    return float(f1_score(truth, verdicts, labels=labels, average="macro", zero_division=0))


def _overview(table: Table) -> Iterator[str]:
    names, counts = np.unique(table.labels, return_counts=True)
    shares = ", ".join(f"{count} {name}" for name, count in zip(names, counts, strict=True))
    groups = len(set(table.facts["group"].tolist()))
    yield f"{len(table.labels)} cases of {groups} groups: {shares}. Scored: {int(counted(table).sum())}."


def _families(table: Table, probabilities: Array, by: str) -> Iterator[str]:
    yield "| left out | cases | macro-F1 | rules alone | verdicts at 0.9 or more | of these right |"
    yield "|---|--:|--:|--:|--:|--:|"
    families = pooled(table.facts[by])
    scored, verdicts, rules = counted(table), called(probabilities), voted(table)
    rows = []
    for family in np.unique(families):
        mine = scored & (families == family)
        rows.append(
            (family, mine, macro_f1(table.truth[mine], verdicts[mine]), macro_f1(table.truth[mine], rules[mine]))
        )
    for family, mine, model, rule in rows:
        yield _row(str(family), table, probabilities, mine, model, rule)
    means = [float(np.mean([row[at] for row in rows])) for at in (2, 3)]
    yield _row("**mean, and all**", table, probabilities, scored, means[0], means[1])
    worst = min(rows, key=lambda row: row[2])
    yield f"\nWorst: {worst[0]}, {worst[2]:.2f}."


def _row(name: str, table: Table, probabilities: Array, mine: Array, model: float, rule: float) -> str:
    sure = mine & (probabilities.max(axis=1) >= SURE)
    right = (probabilities.argmax(axis=1) == table.truth)[sure]
    share = sure.sum() / max(mine.sum(), 1)
    shown = f"{right.mean():.1%}" if right.size else "-"
    return f"| {name} | {int(mine.sum())} | {model:.2f} | {rule:.2f} | {int(sure.sum())} ({share:.0%}) | {shown} |"


def _reliability(table: Table, probabilities: Array) -> Iterator[str]:
    scored = counted(table)
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == table.truth
    yield "| confidence given | verdicts | right | mean confidence |"
    yield "|---|--:|--:|--:|"
    error = 0.0
    for low, high in itertools.pairwise(EDGES):
        mine = scored & (confidence >= low) & (confidence < high)
        if not mine.any():
            continue
        share, mean = float(right[mine].mean()), float(confidence[mine].mean())
        error += mine.sum() * abs(share - mean)
        yield f"| {low:.1f} to {min(high, 1):.1f} | {int(mine.sum())} | {share:.3f} | {mean:.3f} |"
    given = scored & (confidence >= EDGES[0])
    sound = scored & (table.truth == 0)
    ill = sound & (probabilities.argmax(axis=1) != 0) & (confidence >= FAIRLY_SURE)
    undecided = 1 - given.sum() / scored.sum()
    yield f"\nExpected calibration error: {error / given.sum():.3f}. Inconclusive: {undecided:.1%}."
    yield f"Sound runs called ill at 0.8 or more: {ill.sum() / sound.sum():.1%} of {int(sound.sum())}."


def _symptoms(table: Table) -> Iterator[str]:
    yield "| symptom | regime named | cases | right |"
    yield "|---|---|--:|--:|"
    names, named = table.facts["symptom"], table.facts["symptom_regime"]
    for name in np.unique(names[names != ""]):
        for regime in np.unique(named[names == name]):
            mine = table.clear & (names == name) & (named == regime)
            if mine.any():
                yield f"| `{name}` | {regime} | {int(mine.sum())} | {(table.labels[mine] == regime).mean():.0%} |"


if __name__ == "__main__":
    main()
