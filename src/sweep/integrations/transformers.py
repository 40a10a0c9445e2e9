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
METRICS = {"accuracy": "acc"}
DENSE = {"loss": "batch_loss", "learning_rate": "learning_rate", "grad_norm": "grad_norm"}
TIMINGS = ("_runtime", "_per_second", "model_preparation_time")


class DiagnosisCallback(TrainerCallback):
    """Prints a line as training begins and the verdict as it ends; between them it warns once per finding.

    Warnings go to the logger ``sweep.diagnosis``. Of several processes only those speak that the Trainer lets log.

    Args:
        stop: end a run that is hopeless, or that has nothing left to gain.
        baseline: loss and accuracy of the best constant predictor, where known.
        validation: the name of the evaluation set to judge by, where there are several; None: the first that is logged
            and is not called ``train``.
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
        """Start afresh, and say what would hide something from the diagnosis."""
        self._monitor = Monitor(self._baseline)
        self.alerts = []
        if not args.should_log:
            return
        print("diagnosis: reading the learning curves of this run", flush=True)
        if args.logging_nan_inf_filter:
            log.warning("logging_nan_inf_filter=True hides NaN and infinite losses: set it to False to have them seen")
        if str(getattr(args.eval_strategy, "value", args.eval_strategy)) == "no":
            log.warning("eval_strategy='no': without a validation loss overfitting can't be seen: set it to 'epoch'")

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        """Pass the Trainer's row to the monitor."""
        alerts = self._monitor.add(state.global_step, self._named(logs or {}))
        self.alerts += alerts
        if args.should_log:
            for alert in alerts:
                log.warning("%s at step %g: %s", alert.name, alert.step, alert.text)
        if self.stop and self._monitor.should_stop:
            control.should_training_stop = True

    def on_train_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Say the verdict."""
        if args.should_log:
            print(f"diagnosis: {_sentence(self.diagnosis)}", flush=True)

    def _named(self, logs: Mapping[str, Any]) -> dict[str, float]:
        """The row under this project's names; the summary at the end is no point of a curve."""
        if "train_runtime" in logs:
            return {}
        numbers = {self._name(key): value for key, value in logs.items() if isinstance(value, int | float)}
        return {name: float(value) for name, value in numbers.items() if name is not None}

    def _name(self, key: str) -> str | None:
        if key in DENSE:
            return DENSE[key]
        if not key.startswith("eval_") or key.endswith(TIMINGS):
            return None
        metric = key.removeprefix("eval_")
        if metric.startswith("train_"):
            return f"train_{_short(metric.removeprefix('train_'))}"
        if self._validation is None and metric.endswith("_loss"):  # the loss of a set with a name
            self._validation = metric.removesuffix("_loss")
        prefix = f"{self._validation}_" if self._validation else ""
        return f"val_{_short(metric.removeprefix(prefix))}"


def _short(metric: str) -> str:
    return METRICS.get(metric, metric)


def _sentence(diagnosis: Diagnosis) -> str:
    """The verdict, how sure it is, and the first finding, in one line."""
    verdict = diagnosis.regime
    if diagnosis.confidence:
        verdict += f" ({diagnosis.confidence:.0%} sure)"
    return f"{verdict}: {diagnosis.findings[0].text}" if diagnosis.findings else verdict


__all__ = ["DiagnosisCallback"]
