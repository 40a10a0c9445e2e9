"""Which parameters of a finished study mattered for its first objective, by Optuna's functional ANOVA."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from sweep.study.trial_store import TrialRecord

MIN_TRIALS = 10  # complete ones; with fewer the shares are accidental
LOG_RATIO = 100  # a parameter that spans more than this factor is taken in its logarithm


def importances(trials: Sequence[TrialRecord]) -> dict[str, float]:
    """Share of the objective's variance by parameter, the largest first; empty where there are too few trials.

    The shares add up to 1. Source: Hutter, Hoos and Leyton-Brown, "An efficient approach for assessing hyperparameter
    importance", ICML 2014.
    """
    done = [trial for trial in trials if trial.state == "COMPLETE" and trial.values and math.isfinite(trial.values[0])]
    if len(done) < MIN_TRIALS or len({trial.values[0] for trial in done}) < 2:
        return {}
    names = [name for name in done[0].params if len({repr(trial.params[name]) for trial in done}) > 1]
    if not names:
        return {}
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study()
    kinds = {name: _distribution([trial.params[name] for trial in done]) for name in names}
    for trial in done:
        params = {name: trial.params[name] for name in names}
        study.add_trial(optuna.create_trial(params=params, distributions=kinds, value=trial.values[0]))
    evaluator = optuna.importance.FanovaImportanceEvaluator(seed=0)
    shares: Mapping[str, float] = optuna.importance.get_param_importances(study, evaluator=evaluator)
    return dict(shares)


def _distribution(values: Sequence[object]) -> object:
    from optuna.distributions import CategoricalDistribution, FloatDistribution

    numbers = [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
    if len(numbers) < len(values):
        return CategoricalDistribution(sorted(set(values), key=repr))
    low = min(numbers)
    high = max(numbers)
    return FloatDistribution(low, high, log=low > 0 and high / low > LOG_RATIO)
