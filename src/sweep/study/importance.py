"""Which parameters of a finished study mattered for its first objective, by Optuna's functional ANOVA."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from sweep.study.run import Row

FEWEST = 10  # complete trials; with fewer the shares are an accident


def importances(rows: Sequence[Row]) -> dict[str, float]:
    """Shares by parameter (Hutter et al., 2014), the largest first, 1 in sum; empty where too few trials tell."""
    done = [row for row in rows if row.state == "COMPLETE" and row.values and math.isfinite(row.values[0])]
    names = [name for name in (done[0].params if done else {}) if len({repr(row.params[name]) for row in done}) > 1]
    if len(done) < FEWEST or len({row.values[0] for row in done}) < 2 or not names:
        return {}
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study()
    kinds = {name: _distribution([row.params[name] for row in done]) for name in names}
    for row in done:
        params = {name: row.params[name] for name in names}
        study.add_trial(optuna.create_trial(params=params, distributions=kinds, value=row.values[0]))
    evaluator = optuna.importance.FanovaImportanceEvaluator(seed=0)
    shares: Mapping[str, float] = optuna.importance.get_param_importances(study, evaluator=evaluator)
    return dict(shares)


def _distribution(values: Sequence[object]) -> object:
    from optuna.distributions import CategoricalDistribution, FloatDistribution

    numbers = [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
    if len(numbers) < len(values):
        return CategoricalDistribution(sorted(set(values), key=repr))
    low, high = min(numbers), max(numbers)
    return FloatDistribution(low, high, log=low > 0 and high / low > 100)
