"""Cases to fit and to test a diagnosis on: a random log of a run, its label, and the gains the label is read from.

    python scripts/evidence/cases.py outputs/evidence                # how many of which kind
    python scripts/evidence/cases.py outputs/evidence --jsonl FILE   # the cases as lines of JSON, meta included

From other code: ``for case in cases(Path("outputs/evidence"), seed=0): case.history, case.label, case.gains``.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

import labels
import logs
import numpy as np
import rules
from corpus import Group, groups

QUOTA = {"healthy": 4, "overfit": 3, "underfit": 3, "erratic": 3, "mixed": 2}
RULE_QUOTA = {"constant": 1, "collapsed": 1, "learnt_nothing": 1, "no_progress": 1}
FEWEST = 4


class Run(NamedTuple):
    """One run of a group: where its curves are, its label, the rule that decided it or "", and its gains."""

    training: int
    length: int
    rate: int
    seed: int
    label: str
    rule: str
    found: labels.Gains


@dataclass(frozen=True)
class Case:
    """One case.

    ``gains`` are by treatment (`kept`, `longer`, `3x`, ...) and by regime (`overfit`, `underfit`, `erratic`), shares of
    what a constant predictor loses, NaN where there was no such treatment. ``margin`` is by how much the label clears
    the next one, in the same unit. ``target`` are shares of `healthy`, `overfit`, `underfit` and `erratic`, of sum 1.
    """

    history: dict[str, Any]
    label: str
    gains: dict[str, float]
    margin: float
    target: dict[str, float]
    meta: dict[str, Any]


def cases(folder: Path, seed: int = 0) -> Iterator[Case]:
    """A balanced handful of cases of each group, a function of the group and the seed alone."""
    for group in groups(folder):
        yield from cases_of(group, seed)


def cases_of(group: Group, seed: int) -> Iterator[Case]:
    """The cases of one group."""
    rng = np.random.default_rng([seed, group.facts["seed"], group.facts["number"]])
    for run in balanced(list(runs(group)), rng):
        sibling = run.rate * group.facts["seeds"] + run.seed
        name = f"{group.facts['seed']}-{group.facts['number']}-{run.training}-{run.length}-{run.rate}-{run.seed}"
        log = logs.draw(group, run.training, run.length, sibling, rng, name)
        gains = {**run.found.treatments, **run.found.regimes}
        margin = labels.LEAST if run.rule else labels.margin(run.found, run.label)
        target = labels.target(run.found) if not run.rule else labels.certain(run.label)
        yield Case(log.history, run.label, gains, margin, target, _meta(group, run, log))


def runs(group: Group) -> Iterator[Run]:
    """All runs of a group that have a longer treatment and enough evaluations of their own."""
    seeds = group.facts["seeds"]
    for training, length, later, longer in labels.lengths(group):
        even = logs.even_grid(group.trainings[training]["steps"], length)
        if len(even) < FEWEST:
            continue
        own, treated = labels.outcome(group, training, length), labels.outcome(group, later, longer)
        thinned = even[:: max(len(even) // 50, 1)]
        for rate, seed in np.ndindex(own.best.shape):
            found = labels.gains(own, treated, rate, seed)
            label, rule = rules.rule(_shown(group, training, rate * seeds + seed, thinned), labels.label(found))
            yield Run(training, length, rate, seed, label, rule, found)


def _shown(group: Group, training: int, sibling: int, chosen: np.ndarray) -> rules.Shown:
    curves, scale = group.trainings[training], group.facts["constant_loss"]
    return rules.Shown(*(curves[name][sibling, chosen].astype(float) / scale for name in ("train", "val", "test")))


def balanced(found: list[Run], rng: np.random.Generator) -> list[Run]:
    """At most so many of each label and rule, in random order, first those that differ in length and rate."""
    chosen: list[Run] = []
    taken, ruled = Counter[str](), Counter[str]()
    for run in _spread([found[at] for at in rng.permutation(len(found))]):
        if taken[run.label] == QUOTA[run.label] or ruled[run.rule] == RULE_QUOTA.get(run.rule, FEWEST):
            continue
        taken[run.label] += 1
        ruled[run.rule] += bool(run.rule)
        chosen.append(run)
    return chosen


def _spread(found: list[Run]) -> list[Run]:
    """The same runs, the first of each length and rate before the second of any."""
    seen = Counter[tuple[int, int]]()
    turns = []
    for run in found:
        turns.append(seen[run.length, run.rate])
        seen[run.length, run.rate] += 1
    return [found[at] for at in np.argsort(turns, kind="stable")]


def _meta(group: Group, run: Run, log: logs.Log) -> dict[str, Any]:
    """What a case may be grouped, left out or reported by."""
    facts = group.facts
    nominal = facts["length"]
    points = max(len(values) for values in log.history.values() if isinstance(values, np.ndarray))
    val = log.history["val_loss"]
    names = ("kind", "optimiser", "schedule", "batch", "examples", "classes", "tuned", "label_noise", "constant_loss")
    return {
        "family": facts["kind"],
        "model": facts["blueprint"]["architecture"],
        **{name: facts[name] for name in names},
        "group": f"{facts['seed']}-{facts['number']}",
        "fraction": run.length / nominal,
        "steps": run.length,
        "rate": run.rate,
        "seed": run.seed,
        "rule": run.rule,
        "log": log.kind,
        "notes": list(log.notes),
        "points": points,
        "evaluations": 0 if val is None else len(val),
    }


def _plain(value: Any) -> Any:
    """Arrays as lists, for JSON."""
    return value.tolist() if isinstance(value, np.ndarray) else value


def main() -> None:
    """Count the cases, or write them."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", type=Path)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--jsonl", type=Path)
    chosen = options.parse_args()
    counts: dict[str, Counter[str]] = {name: Counter() for name in ("label", "rule", "model", "log", "family")}
    file = chosen.jsonl.open("w") if chosen.jsonl else None
    for case in cases(chosen.folder, chosen.seed):
        for name, counter in counts.items():
            counter[case.label if name == "label" else case.meta[name]] += 1
        if file:
            file.write(json.dumps(asdict(case), default=_plain) + "\n")
    if file:
        file.close()
    for name, counter in counts.items():
        print(name, dict(counter.most_common()))


if __name__ == "__main__":
    main()
