"""A callback for any Hugging Face Trainer that reads the learning curves while it trains.

    trainer = Trainer(..., callbacks=[DiagnosisCallback(stop=True)])

It follows the Trainer's own log: ``loss`` becomes ``batch_loss``, ``eval_X`` becomes ``val_X``, and where several
evaluation sets are given, one called ``train`` becomes ``train_X`` and the first other one is the validation set.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from transformers.trainer_callback import TrainerCallback, TrainerControl, TrainerState
from transformers.training_args import TrainingArguments

from sweep.curves import Curves
from sweep.diagnosis import Alert, Baseline, Diagnosis, Monitor

log = logging.getLogger("sweep.diagnosis")
SHORT = {"accuracy": "acc"}
DENSE = {"loss": "batch_loss", "learning_rate": "learning_rate", "grad_norm": "grad_norm"}


class DiagnosisCallback(TrainerCallback):
    """Warns once per finding through the logger ``sweep.diagnosis``; with ``stop=True`` ends a run that is lost.

    ``diagnosis`` is the verdict so far, ``alerts`` all that was said. ``validation`` names the evaluation set to judge
    by where there are several; without it, the first that is logged and is not called ``train``.
    """

    def __init__(self, stop: bool = False, baseline: Baseline | None = None, validation: str | None = None) -> None:
        self.stop = stop
        self.alerts: list[Alert] = []
        self._baseline = baseline
        self._validation = validation
        self._monitor = Monitor(baseline)

    @property
    def diagnosis(self) -> Diagnosis:
        """The verdict on the points seen so far."""
        return self._monitor.diagnosis

    @property
    def curves(self) -> Curves:
        """The curves seen so far, under this project's names."""
        return self._monitor.curves

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Start afresh, and say what would blind the diagnosis."""
        self._monitor, self.alerts = Monitor(self._baseline), []
        if args.logging_nan_inf_filter:
            log.info("logging_nan_inf_filter=True hides NaN and infinite losses; set it to False to have them seen")
        if str(getattr(args.eval_strategy, "value", args.eval_strategy)) == "no":
            log.warning("eval_strategy='no': without a validation loss overfitting cannot be seen; set it to 'epoch'")

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        """Hand the Trainer's row to the monitor."""
        fresh = self._monitor.add(state.global_step, self._named(logs or {}))
        for alert in fresh:
            log.warning("%s at step %g: %s", alert.name, alert.step, alert.text)
        self.alerts += fresh
        if self.stop and self._monitor.should_stop:
            control.should_training_stop = True

    def _named(self, logs: Mapping[str, Any]) -> dict[str, float]:
        if "train_runtime" in logs:  # the summary at the end is no point of a curve
            return {}
        named: dict[str, float] = {}
        for key, value in logs.items():
            name = self._name(key)
            if name is not None and isinstance(value, int | float):
                named[name] = float(value)
        return named

    def _name(self, key: str) -> str | None:
        if key in DENSE:
            return DENSE[key]
        if not key.startswith("eval_") or key.endswith(("_runtime", "_per_second", "model_preparation_time")):
            return None
        metric = key.removeprefix("eval_")
        if metric.startswith("train_"):
            return "train_" + self._short(metric.removeprefix("train_"))
        if "_" in metric and self._validation is None and metric.endswith("_loss"):
            self._validation = metric.removesuffix("_loss")
        if self._validation is not None and metric.startswith(f"{self._validation}_"):
            metric = metric.removeprefix(f"{self._validation}_")
        return "val_" + self._short(metric)

    @staticmethod
    def _short(metric: str) -> str:
        return SHORT.get(metric, metric)


__all__ = ["DiagnosisCallback"]
