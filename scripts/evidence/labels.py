"""Gains and labels: what each treatment of a run would have changed on the clean test split, and the regime by that.

A gain is a share of what a constant predictor loses on the test split. The best of a run is the model with the least
validation loss; the last of a run is the mean over its last tenth, since a single model of an unsteady run is chance.

| gain | this run | against |
|---|---|---|
| overfit | the last | its best |
| underfit | its best | the best of a run four times as long, or of one at 3, 10 or 100 times the rate |
| erratic | its best | the best of a run at a tenth of the rate |

Two refinements keep the words to their meaning. Where the training loss rises with the test loss from the best to the
last, the run was unstable rather than overfitted: what keeping the best model gains is then counted as `erratic`, and
where the training loss rises a quarter to half as far as the test loss, as both. And a longer or faster run counts for
`underfit` only if its training loss is lower, too: otherwise it regularises.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from corpus import Group

REGIMES = ("overfit", "underfit", "erratic")
FASTER = {"3x": 1, "10x": 2, "100x": 4}
SLOWER = {"third": -1, "tenth": -2, "hundredth": -4}
TAIL = 0.1
LEAST = 0.03
ALIKE = 0.5
MOST = 10.0
PARTLY, MOSTLY = 0.25, 0.5
Floats = np.ndarray


@dataclass(frozen=True)
class Outcome:
    """Losses of all siblings of one length, ``(rates, seeds)``, in units of what a constant predictor loses."""

    best: Floats
    last: Floats
    best_train: Floats
    last_train: Floats


@dataclass(frozen=True)
class Gains:
    """Gains of one run: of each treatment by name (NaN where the grid has none), and what the label is decided by.

    ``doubt`` is the standard error of the decisive treatments over seeds, by regime.
    """

    treatments: dict[str, float]
    regimes: dict[str, float]
    doubt: dict[str, float]
    finite: bool


def lengths(group: Group) -> list[tuple[int, int, int, int]]:
    """Runs that have a longer treatment: training and number of steps of the run, then of the longer one."""
    if group.facts["schedule"] == "constant":
        nominal = group.facts["length"]
        cuts = [round(nominal * share) for share in (0.1, 0.2, 0.4, 1.0)]
        return [(0, cut, 0, 4 * cut) for cut in cuts]
    ends = [int(training["steps"][-1]) for training in group.trainings]
    return [(0, ends[0], 1, ends[1]), (1, ends[1], 2, ends[2])]


def outcome(group: Group, training: int, length: int) -> Outcome:
    """Best and last losses of all siblings at one length; what is not finite is infinite."""
    curves = group.trainings[training]
    seen = curves["steps"] <= length
    steps = curves["steps"][seen]
    losses = {name: _scaled(curves[name][:, seen], group.facts["constant_loss"]) for name in ("train", "val", "test")}
    best = losses["val"].argmin(1)
    tail = steps > (1 - TAIL) * length
    each = np.arange(len(best))
    values = (
        losses["test"][each, best],
        losses["test"][:, tail].mean(1),
        losses["train"][each, best],
        losses["train"][:, tail].mean(1),
    )
    return Outcome(*(value.reshape(-1, group.facts["seeds"]) for value in values))


def _scaled(losses: Floats, constant: float) -> Floats:
    scaled = losses.astype(float) / constant
    return np.where(np.isfinite(scaled), scaled, np.inf)


def gains(runs: Outcome, longer: Outcome, rate: int, seed: int) -> Gains:
    """Gains of one run against its treatments."""
    against = {"longer": (longer.best[rate], longer.best_train[rate])}
    for name, shift in {**FASTER, **SLOWER}.items():
        if 0 <= rate + shift < len(runs.best):
            against[name] = (runs.best[rate + shift], runs.best_train[rate + shift])
    names = ("longer", *FASTER, *SLOWER)
    treatments, doubts = dict.fromkeys(names, np.nan), dict.fromkeys(names, np.nan)
    more: list[str] = []
    for name, (best, train) in against.items():
        treatments[name], doubts[name] = _paired(runs.best[rate], best, seed)
        fell = np.mean(runs.best_train[rate] - train) > 0
        if name not in SLOWER and fell:
            more.append(name)
    kept, kept_doubt = _paired(runs.last[rate], runs.best[rate], seed)
    rise, _ = _paired(runs.last_train[rate], runs.best_train[rate], seed)
    unstable = rise > PARTLY * kept
    decided = {
        "overfit": [] if rise > MOSTLY * kept else [(kept, kept_doubt)],
        "underfit": [(treatments[name], doubts[name]) for name in more],
        "erratic": [(treatments["tenth"], doubts["tenth"])] + ([(kept, kept_doubt)] if unstable else []),
    }
    pairs = {name: max([(0.0, 0.0), *(pair for pair in each if pair[0] > 0)]) for name, each in decided.items()}
    return Gains(
        {"kept": kept, **treatments},
        {name: pair[0] for name, pair in pairs.items()},
        {name: pair[1] for name, pair in pairs.items()},
        bool(np.isfinite(runs.last[rate, seed])),
    )


def _paired(own: Floats, other: Floats, seed: int) -> tuple[float, float]:
    """By how much the other is lower: half this seed's difference, half the mean over seeds; and its standard error."""
    with np.errstate(invalid="ignore"):
        difference = np.nan_to_num(np.clip(own, 0, MOST) - np.clip(other, 0, MOST))
    spread = float(difference.std(ddof=1)) / len(difference) ** 0.5
    return 0.5 * float(difference[seed]) + 0.5 * float(difference.mean()), spread


def label(found: Gains) -> str:
    """The regime; `healthy` if no treatment gains the least; `mixed` if two do alike, or what they gain is in doubt."""
    if not found.finite:
        return "erratic"
    gained = found.regimes
    sure = {name: gain for name, gain in gained.items() if gain > LEAST + found.doubt[name]}
    if not sure:
        small = all(gained[name] <= LEAST + min(found.doubt[name], LEAST) for name in REGIMES)
        return "healthy" if small else "mixed"
    best = max(sure, key=sure.__getitem__)
    alike = any(gain > ALIKE * sure[best] for name, gain in sure.items() if name != best)
    return "mixed" if alike or max(gained.values()) > sure[best] else best


def margin(found: Gains, given: str) -> float:
    """By how much the label clears the next: its gain over the least and the others, or how far gains fall short."""
    if not found.finite:
        return 1.0
    gains_now = found.regimes
    if given not in gains_now:
        bounds = [LEAST + found.doubt[name] - gain for name, gain in gains_now.items()]
        return min(bounds) if given == "healthy" else 0.0
    others = [gain for name, gain in gains_now.items() if name != given]
    return gains_now[given] - max(LEAST + found.doubt[given], *others)


def target(found: Gains) -> dict[str, float]:
    """Shares of the regimes, of sum 1: whether a treatment helps is as sure as its gain clears the least one.

    The chance of each treatment is logistic in its gain over ``LEAST``; `healthy` is the chance that none helps, and
    the rest is divided by chance times gain, so that of two that help the greater has more.
    """
    if not found.finite:
        return certain("erratic")
    helps = {
        name: 1
        / (1 + np.exp(-np.clip((gain - LEAST - found.doubt[name]) / (0.25 * LEAST + found.doubt[name]), -30, 30)))
        for name, gain in found.regimes.items()
    }
    healthy = float(np.prod([1 - chance for chance in helps.values()]))
    weights = {name: helps[name] * max(found.regimes[name], 1e-6) for name in REGIMES}
    total = sum(weights.values())
    return {"healthy": healthy, **{name: (1 - healthy) * float(weight / total) for name, weight in weights.items()}}


def certain(given: str) -> dict[str, float]:
    """The target of a case that a named rule decides; the mixed ones are healthy or underfit."""
    shares = {"healthy": 0.5, "underfit": 0.5} if given == "mixed" else {given: 1.0}
    return {name: shares.get(name, 0.0) for name in ("healthy", *REGIMES)}
