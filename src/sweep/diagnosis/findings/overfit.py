"""Overfit: validation rises, or stalls, while training goes on falling."""

from __future__ import annotations

import math

from sweep.diagnosis.findings.bounds import BOUNDS, RISE, RISE_ALONE
from sweep.diagnosis.findings.rule import Measures, Pairs, Rule, at, bottom, clipped, named, percent, undecided
from sweep.diagnosis.measures import MOST, Run


def _rose(run: Run, m: Measures) -> Pairs | None:
    if not run.series.val.size:
        return None
    # Where training itself rose as much, it is not training that took validation up.
    shared = 0.0 if math.isnan(m["train_rise"]) else 1.5 * m["train_rise"]
    return ((m["rise"], max(needed_rise(run, m), shared)), (m["rise_z"], BOUNDS["rise_z"]))


def needed_rise(run: Run, m: Measures) -> float:
    """The rise that it takes to call a run overfit.

    Less where the rise stands clear of the noise, has lasted, and goes with a gap and with training that fell on
    meanwhile: where a fitted logistic regression of these gives even odds. Held within sensible limits.
    """
    row = {"z": math.log(clipped(m["rise_z"], 0.1, MOST)), "since": m["time_since_bottom"]}
    if not run.train.size:
        return undecided("rise", RISE_ALONE, row)
    row["gap"] = clipped(m["gap_of_level"], -1.0, 1.0)
    row["fell"] = clipped(m["fall_since_bottom"], -1.0, 1.0)
    return undecided("rise", RISE, row)


def _rose_text(run: Run, m: Measures) -> str:
    kind = run.series.kind
    text = f"validation {kind} bottomed at {at(bottom(run))}, then rose {percent(m['rise_of_level'])}"
    if m["fall_since_bottom"] > 0:
        text += f" while training {kind} fell to {percent(1 - m['train_fall'])} of its start"
    return text


def _stalled(run: Run, m: Measures) -> Pairs | None:
    if not run.both or run.points < 5:
        return None
    return (
        (m["gap_of_drop"], BOUNDS["stall_gap_of_drop"]),
        (m["gap_of_level"], BOUNDS["stall_gap_of_level"]),
        (m["plateau_share"], BOUNDS["plateau_share"]),
        (m["train_fall_on_plateau"], BOUNDS["train_fall_on_plateau"]),
    )


def _stalled_text(run: Run, m: Measures) -> str:
    kind = run.series.kind
    return (
        f"validation {kind} hardly improved in the last {percent(m['plateau_share'])} of the run while training {kind} "
        f"fell on by {percent(m['train_fall_on_plateau'])}; "
        f"the gap is {percent(m['gap_of_level'])} of the validation value"
    )


RULES: tuple[Rule, ...] = (
    Rule("overfit", _rose, named("validation_rose"), _rose_text, bottom),
    Rule("overfit", _stalled, named("generalization_gap"), _stalled_text, bottom),
)
