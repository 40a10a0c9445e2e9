"""All rules, in their order of precedence: the first that holds decides."""

from __future__ import annotations

from sweep.diagnosis import erratic, overfit, underfit
from sweep.diagnosis.rule import Rule

RULES: tuple[Rule, ...] = (*erratic.RULES, *overfit.RULES, *underfit.RULES)
