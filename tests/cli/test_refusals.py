"""What the command refuses: status 2, one line that names the key and the fix, and nothing on disk."""

from __future__ import annotations

import sys

import pytest
from helpers.commands import sweep

REFUSED = {
    # unknown keys, with and without +
    "+regmie=overfit": "did you mean +regime",
    "+sweeps=regimes": "did you mean +sweep",
    "+experiment=foo": "experiment is not a key of the configuration",
    "+train.momentum=0.9": "train.momentum is not a key",
    "train.lerning_rate=1": "did you mean train.learning_rate?",
    "train.lr=3": "did you mean train.learning_rate?",
    "lr=3": "did you mean train.learning_rate?",
    "learning_rate=3": "did you mean train.learning_rate?",
    "bs=3": "did you mean train.batch_size?",
    "batch_size=3": "did you mean train.batch_size?",
    "wd=3": "did you mean train.weight_decay?",
    "n_epochs=3": "did you mean train.epochs?",
    "dropout=0.5": "did you mean recipe.model.dropout?",
    "n_trials=3": "did you mean study.trials?",
    "recipe.model.widht=3": "did you mean recipe.model.width",
    "+recipe.model.widht=3": "did you mean recipe.model.width",
    "recipe.model.kernel=2": "recipe.model.kernel is not a key",
    "record.mlflow.ur=x": "did you mean record.mlflow.uri?",
    "+remedy.dropout.dose=2": "did you mean remedy.dropout.strength?",
    "+remedy.dropout.strength=2": "add +remedy=dropout",
    # unknown names
    "+regime=sideways": "choose one of erratic, healthy, overfit, underfit",
    "+regime=overfti": "did you mean overfit?",
    "recipe=digts": "did you mean digits?",
    "record=[mlfow]": "did you mean mlflow?",
    "record=mlfow": "did you mean mlflow?",
    "+record.mlfow={}": "must be one of mlflow, tensorboard, wandb",
    "+remedy=[drpout]": "did you mean dropout?",
    "engine=tainer": "did you mean trainer?",
    "engine.name=nope": "must be one of loop, trainer",
    "engine.device=gpu": "must be auto, cpu, mps, cuda or cuda:NUMBER",
    "executor=slurm": "choose one of inline, local",
    "executor.name=slurm": "must be one of inline, local",
    "sampler.name=tpee": "must be one of",
    "pruner.name=medain": "must be one of none, median",
    "study.report=pretty": "must be one of outcome, cures, audit",
    "study.objectives=[loss]": "a list like [val_loss]",
    "study.objectives=val_loss": "write 'study.objectives=[val_loss]'",
    "study.name=../x": "letters, digits",
    "recipe.family=nope": "recipe.family is 'nope'",
    "recipe.metrics=[nope.acc]": "recipe.metrics names 'nope.acc'",
    "train.schedule=zigzag": "must be one of constant, linear, cosine",
    # values of another type or out of their range
    "train.learning_rate=-1": "train.learning_rate is -1.0, but must be a number above 0",
    "train.learning_rate=fast": "train.learning_rate is 'fast', but must be a number",
    "train.epochs=1.5": "but must be a whole number",
    "train.batch_size=9999": "at most 400",
    "seed=null": "seed is null, but must have a value",
    "seed=0,1": "add -m",
    "record=mlflow,wandb": "write 'record=[mlflow,wandb]'",
    "train=3": "set one of them, such as train.",
    "~train": "train.schedule has no value",
    # options of other programs
    "--lr=3": "such as train.learning_rate=VALUE",
    "--batch-size": "such as train.batch_size=VALUE",
    "--verbose": "`python -m sweep --help` lists them",
    # slips of syntax, and what Hydra would take without effect
    "train.epochs": "write KEY=VALUE",
    "train.epochs=[": "write KEY=VALUE",
    "regime=overfit": "write +regime=overfit",
    "hydra.run.dir=x": "outputs=FOLDER",
    "hydra.sweep.dir=x": "outputs=FOLDER",
}


@pytest.mark.parametrize("word", REFUSED)
def test_a_bad_word_is_refused_in_one_line_and_leaves_nothing(word, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    status, out, said = sweep(tmp_path / "out", word)
    assert (status, out) == (2, "")
    assert said.startswith("sweep: ")
    assert said.endswith("\n")
    assert said.count("\n") == 1
    assert REFUSED[word] in said
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("-m", "+regmie=overfit,healthy"), "did you mean +regime"),
        (("-m", "lr=1,2"), "did you mean train.learning_rate?"),
        (("-m", "seed=0,1", "executor.name=slurm"), "must be one of inline, local"),
        (("-m", "seed=0,1", "treat=true"), "treat is true, which is for a single run"),
        (("-m", "seed=0,1", "hydra.sweep.dir=x"), "outputs=FOLDER"),
        (("-m", "engine.device=cpu,gpu"), "engine.device is 'gpu'"),
        (("+sweep=regimes", "record=[mlfow]"), "did you mean mlflow?"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_a_bad_sweep_is_refused_likewise(words, says, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    status, out, said = sweep(tmp_path / "out", *words)
    assert (status, out, said.count("\n")) == (2, "", 1)
    assert says in said
    assert not list(tmp_path.iterdir())


def test_a_factor_of_a_run_without_a_regime_is_no_error():
    from helpers.settings import resolved

    assert resolved("regime.epochs=3").train.epochs == 3 * resolved().train.epochs


def test_nothing_heavy_was_loaded_for_a_name_that_a_registry_knows(tmp_path, monkeypatch):
    """The checks of names import no engine, no tracker and no recipe."""
    for name in [name for name in sys.modules if name.startswith(("sweep.engines.", "sweep.tracking."))]:
        monkeypatch.delitem(sys.modules, name)
    sweep(tmp_path / "out", "engine.name=nope")
    sweep(tmp_path / "out", "+record.nope={}")
    assert not {"sweep.engines.trainer", "sweep.engines.loop", "sweep.tracking.mlflow"} & set(sys.modules)
