"""Command lines that run a trial again, alone or with a remedy."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

PROGRAM = ("python", "-m", "sweep")
OF_THE_STUDY = ("study", "sampler", "pruner", "executor", "hydra", "outputs", "record", "treat", "audit")
"""Groups of settings that say how a study runs, not what a trial is."""
OF_THE_TRIAL = ("recipe", "seed", "regime", "remedy", "sweep")
"""Groups that the trial's own values replace; keys below them, such as `recipe.data.train`, still count."""
KNOBS = ("learning_rate", "batch_size", "epochs")


def run_command(facts: Mapping[str, Any], study: str) -> str:
    """The command that trains a trial alone: its recipe, seed, knobs and other parameters as values.

    ``study`` is the command of the study, whose other overrides are kept. Empty for a run that no recipe made.
    """
    if not facts.get("recipe") or any(facts.get(knob) is None for knob in KNOBS):
        return ""
    params = {name.lstrip("+~"): value for name, value in (facts.get("params") or {}).items()}
    own = {name: value for name, value in params.items() if not _is_replaced(name)}
    words = [*PROGRAM, f"recipe={facts['recipe']}"]
    words += [word for word in _overrides(study) if word.partition("=")[0].lstrip("+~") not in params]
    words += [f"train.{knob}={_value(facts[knob])}" for knob in KNOBS]
    words += [f"{name}={_value(value)}" for name, value in own.items()]
    words.append(f"seed={facts.get('seed', 0)}")
    words += [f"+remedy={name}" for name in facts.get("remedies") or ()]
    return shlex.join(words)


def remedy_words(advice: Mapping[str, Any]) -> str:
    """What gives a remedy, at the end of a run's command."""
    name, strength = advice["remedy"], advice.get("strength", advice.get("dose", 1.0))
    words = [shlex.quote(f"+remedy={name}")]
    if strength and strength != 1.0:
        words.append(shlex.quote(f"remedy.{name}.strength={strength:.3g}"))
    return " ".join(words)


def seeds_command(run: str, seeds: int = 5) -> str:
    """The same run with several seeds, as a study: what tells a better setting from luck."""
    if not run:
        return ""
    words = [word for word in shlex.split(run)[len(PROGRAM) :] if not word.startswith("seed=")]
    return shlex.join([*PROGRAM, "-m", *words, f"seed={','.join(map(str, range(seeds)))}"])


def _overrides(study: str) -> list[str]:
    """The overrides of a study's command that belong to each of its trials."""
    words = shlex.split(study)[len(PROGRAM) :]
    return [word for word in words if "=" in word and not _is_replaced(word.partition("=")[0].lstrip("+~"))]


def _is_replaced(key: str) -> bool:
    group, _, rest = key.partition(".")
    if group in OF_THE_STUDY or key in OF_THE_TRIAL:
        return True
    return group in ("regime", "remedy") or (group == "train" and rest in KNOBS)


def _value(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
