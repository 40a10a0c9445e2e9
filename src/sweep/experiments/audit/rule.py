"""The audit's rule: what a run suffers from, told by what happens when it is treated. No curve is read here.

One configuration is trained five ways on the same data, and each way is judged by the loss on the test split: as it is,
once more from another start (the twin), four times longer, ten times faster and ten times slower. Where it has learnt
nothing and none of this helps, the last two are made ten times stronger. A gain is the logarithm of a ratio of test
losses, so that no unit matters. docs/audit.md states the rule and its margin.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from statistics import median

from sweep.config.schema import TrainSettings
from sweep.regimes import MIXED

Losses = Mapping[str, float]
LONGER, FACTOR, TWIN = 4, 10.0, 1_000_003  # times the epochs, times the rate, added to the twin's seed
LEAST = math.log(1.05)  # nobody calls a run sick over less than 5 % of its test loss
CLEAR = 0.05  # the least accuracy over chance that can be lost: less may be luck
NORMAL = 2.44  # the 90 % quantile of the absolute value of a normal variable, in units of its median


@dataclass(frozen=True)
class Gains:
    """What each kind of treatment gains, as a logarithm; 0.1 is about 10 % of the test loss."""

    overfit: float
    underfit: float
    erratic: float


def interventions(train: TrainSettings, seed: int) -> dict[str, tuple[TrainSettings, int]]:
    """The trainings beside the run itself: by name, how it trains and the seed that it starts from."""
    kept = replace(train, keep_best=True)
    return {
        "twin": (kept, seed + TWIN),
        "longer": (_changed(kept, epochs=LONGER), seed),
        "faster": (_changed(kept, rate=FACTOR), seed),
        "slower": (_changed(kept, rate=1 / FACTOR), seed),
    }


def stronger(train: TrainSettings, seed: int) -> dict[str, tuple[TrainSettings, int]]:
    """Two further trainings, for a run that has learnt nothing and that the first ones did not help."""
    kept = replace(train, keep_best=True)
    return {
        "much_faster": (_changed(kept, rate=FACTOR**2, epochs=LONGER), seed),
        "much_slower": (_changed(kept, rate=FACTOR**-2), seed),
    }


def wants_stronger(losses: Losses) -> bool:
    """Whether a run is at chance and has stayed there."""
    found = gains(losses)
    return learnt_nothing(losses, LEAST) and max(asdict(found).values()) <= LEAST


def learnt_nothing(losses: Losses, margin: float) -> bool:
    """Whether the best model is no better than one that knows only how often each class comes; not where unknown."""
    return "chance" in losses and _gain(losses["chance"], losses["best"]) <= margin


def thrown(losses: Losses) -> bool:
    """Whether a run ends in no number, or lost more than half of the accuracy that its best model had over chance.

    An overfit model is surer of its errors, which its loss shows, but still names most classes right; one that was
    thrown back does not. Losses alone could not tell the two apart: both may end above chance.
    """
    if not math.isfinite(losses["last"]):
        return True
    if not {"last_acc", "best_acc", "chance_acc"} <= losses.keys():  # no classes: nothing more to ask
        return False
    had, has = (losses[name] - losses["chance_acc"] for name in ("best_acc", "last_acc"))
    return has < had / 2 and had > CLEAR


def numbers(losses: Mapping[str, float | None]) -> dict[str, float]:
    """The losses of a file of ours, where None stands for no number."""
    return {name: math.nan if value is None else value for name, value in losses.items()}


def gains(losses: Losses) -> Gains:
    """Gains out of test losses: ``last`` is of the run's last model, all others of the best on validation."""
    if thrown(losses):  # by its steps: keeping an earlier model is no cure for that
        steadier = max(_gain(losses["last"], losses[name]) for name in ("slower", "much_slower") if name in losses)
        return Gains(0.0, _best_of(losses, "longer", "faster", "much_faster"), steadier)
    return Gains(
        overfit=_gain(losses["last"], losses["best"]),
        underfit=_best_of(losses, "longer", "faster", "much_faster"),
        erratic=_best_of(losses, "slower", "much_slower"),
    )


def margin(runs: Iterable[Losses]) -> float:
    """What counts as a clear gain: beyond nine in ten of the differences that another start alone makes.

    The median of the twins' differences sets it, so that wild configurations do not. Runs that have learnt nothing do
    not count: they are all at chance, wherever they start.
    """
    noise = [abs(_gain(run["best"], run["twin"])) for run in runs if not learnt_nothing(run, LEAST)]
    return max(LEAST, NORMAL * median(noise)) if noise else LEAST


def judge(losses: Losses, margin: float) -> str:
    """The kind of treatment that gains most, if clearly; mixed where the second gains as much within the margin.

    Where nothing gains, the run is healthy; but one that has learnt nothing, and would not at any rate, is underfit.
    """
    kinds: dict[str, float] = asdict(gains(losses))
    ordered = sorted(kinds, key=lambda kind: kinds[kind], reverse=True)
    first, second = kinds[ordered[0]], kinds[ordered[1]]
    if not first > margin:
        return "underfit" if learnt_nothing(losses, margin) else "healthy"
    return MIXED.name if second > margin and not first - second >= margin else ordered[0]


def _best_of(losses: Losses, *names: str) -> float:
    return max(_gain(losses["best"], losses[name]) for name in names if name in losses)


def _changed(train: TrainSettings, rate: float = 1.0, epochs: int = 1) -> TrainSettings:
    return replace(train, learning_rate=train.learning_rate * rate, epochs=train.epochs * epochs)


def _gain(before: float, after: float) -> float:
    """A loss that is no number, or beyond all bounds, is worse than any other, and as bad as another such."""
    known = [value if math.isfinite(value) else math.inf for value in (before, after)]
    if known[0] == known[1]:
        return 0.0
    if math.inf in known:
        return math.inf if known[0] == math.inf else -math.inf
    return math.log(max(known[0], 1e-12) / max(known[1], 1e-12))
