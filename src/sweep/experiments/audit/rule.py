"""The audit's rule: the regime of a run, from what happens when it is treated. No curve is read here.

One configuration is trained five ways on the same data, and each way is judged by the loss on the test split: as it is,
again with another seed, four times longer, ten times faster and ten times slower. Where the run has learnt nothing and
none of this helps, the last two are made ten times stronger. A gain is the logarithm of a ratio of test losses, which
has no unit. docs/audit.md states the rule and its margin.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from statistics import median

from sweep.config.schema import TrainSettings
from sweep.regimes import MIXED

Losses = Mapping[str, float]
LONGER_EPOCHS = 4  # times the epochs
RATE_FACTOR = 10.0  # times the learning rate, or one over it
SEED_OFFSET = 1_000_003  # added to the seed of the repeated run
MIN_MARGIN = math.log(1.05)  # a gain of less than 5 % of the test loss is never clear
MIN_GAIN = 0.05  # accuracy over chance that a run must have reached to lose it: less may be luck
NORMAL_QUANTILE = 2.44  # the 90 % quantile of the absolute value of a normal variable, in units of its median
LOWEST_LOSS = 1e-12  # in a logarithm


@dataclass(frozen=True)
class Gains:
    """The gain of each kind of treatment; 0.1 is about 10 % of the test loss."""

    overfit: float
    underfit: float
    erratic: float


def interventions(train: TrainSettings, seed: int) -> dict[str, tuple[TrainSettings, int]]:
    """The trainings beside the run itself by name: their settings and their seed."""
    best = replace(train, keep_best=True)
    return {
        "seed_repeat": (best, seed + SEED_OFFSET),
        "longer": (_changed(best, epochs=LONGER_EPOCHS), seed),
        "faster": (_changed(best, rate=RATE_FACTOR), seed),
        "slower": (_changed(best, rate=1 / RATE_FACTOR), seed),
    }


def stronger(train: TrainSettings, seed: int) -> dict[str, tuple[TrainSettings, int]]:
    """Two further trainings, for a run that has learnt nothing and that the first ones did not help."""
    best = replace(train, keep_best=True)
    return {
        "much_faster": (_changed(best, rate=RATE_FACTOR**2, epochs=LONGER_EPOCHS), seed),
        "much_slower": (_changed(best, rate=RATE_FACTOR**-2), seed),
    }


def wants_stronger(losses: Losses) -> bool:
    """Whether a run is at chance and has stayed there."""
    found = gains(losses)
    return learnt_nothing(losses, MIN_MARGIN) and max(asdict(found).values()) <= MIN_MARGIN


def learnt_nothing(losses: Losses, margin: float) -> bool:
    """Whether the best model is no better than the class frequencies alone; False where these are unknown."""
    return "chance" in losses and _gain(losses["chance"], losses["best"]) <= margin


def unstable(losses: Losses) -> bool:
    """Whether a run ends non-finite, or has lost more than half of the accuracy that its best model had over chance.

    An overfit model is overconfident, which raises its loss, but it still predicts most classes correctly; a model that
    an unstable run has destroyed does not. Their losses alone don't separate the two: both may end above chance.
    """
    if not math.isfinite(losses["last"]):
        return True
    if not {"last_acc", "best_acc", "chance_acc"} <= losses.keys():  # without classes there is no accuracy
        return False
    reached = losses["best_acc"] - losses["chance_acc"]
    left = losses["last_acc"] - losses["chance_acc"]
    return left < reached / 2 and reached > MIN_GAIN


def numbers(losses: Mapping[str, float | None]) -> dict[str, float]:
    """The losses of a JSON file, in which None stands for a non-finite value."""
    return {name: math.nan if value is None else value for name, value in losses.items()}


def gains(losses: Losses) -> Gains:
    """The gains of the treatments.

    Args:
        losses: Test losses by training: ``last`` is of the run's last model, all others are of the model with the best
            validation loss. Accuracies of the test split may stand beside them.
    """
    underfit = _best_of(losses, "longer", "faster", "much_faster")
    if unstable(losses):  # keeping an earlier model does not treat instability
        slower = [losses[name] for name in ("slower", "much_slower") if name in losses]
        return Gains(overfit=0.0, underfit=underfit, erratic=max(_gain(losses["last"], loss) for loss in slower))
    return Gains(
        overfit=_gain(losses["last"], losses["best"]),
        underfit=underfit,
        erratic=_best_of(losses, "slower", "much_slower"),
    )


def margin(runs: Iterable[Losses]) -> float:
    """The gain beyond which it is clear: nine in ten of the differences that another seed alone makes are smaller.

    It is set by the median of these differences, which a few extreme configurations don't move. Runs that have learnt
    nothing don't count: they all are at chance, whatever their seed.
    """
    noise = [abs(_gain(run["best"], run["seed_repeat"])) for run in runs if not learnt_nothing(run, MIN_MARGIN)]
    return max(MIN_MARGIN, NORMAL_QUANTILE * median(noise)) if noise else MIN_MARGIN


def judge(losses: Losses, margin: float) -> str:
    """The regime whose treatment gains most, if clearly; mixed where the second gains as much within the margin.

    Where nothing gains, the run is healthy; but one that has learnt nothing, and would not at any rate, is underfit.
    """
    kinds: dict[str, float] = asdict(gains(losses))
    first, second = sorted(kinds, key=lambda kind: kinds[kind], reverse=True)[:2]
    if not kinds[first] > margin:
        return "underfit" if learnt_nothing(losses, margin) else "healthy"
    both_clear = kinds[second] > margin
    far_apart = kinds[first] - kinds[second] >= margin  # False for two infinite gains, whose difference is NaN
    return MIXED.name if both_clear and not far_apart else first


def _best_of(losses: Losses, *names: str) -> float:
    return max(_gain(losses["best"], losses[name]) for name in names if name in losses)


def _changed(train: TrainSettings, rate: float = 1.0, epochs: int = 1) -> TrainSettings:
    return replace(train, learning_rate=train.learning_rate * rate, epochs=train.epochs * epochs)


def _gain(before: float, after: float) -> float:
    """Logarithm of a ratio of losses. All non-finite losses are equal, and worse than any other."""
    if not math.isfinite(before):
        return math.inf if math.isfinite(after) else 0.0
    if not math.isfinite(after):
        return -math.inf
    return math.log(max(before, LOWEST_LOSS) / max(after, LOWEST_LOSS))
