"""What a start may import, seen from a process of its own when it ends."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.json_lines import healthy, lines
from helpers.settings import resolved
from helpers.starts import COMMAND, start

from sweep import recipes

HEAVY = {"torch", "transformers", "datasets", "mlflow", "optuna", "matplotlib", "sklearn", "scipy", "pandas"}
NAMES = """
from sweep import executors, tracking
from sweep.errors import ConfigError
print(executors.names(), tracking.names())
for check, name in ((executors.check, "nope"), (tracking.check, ["nope"])):
    try:
        check(name)
    except ConfigError as error:
        print(error)
"""
CHECKS = """
import {modules}
from sweep.recipes.data import labelled_text, splits
corpus = labelled_text.read({data!r})
print(splits.train_size({{name: len(split.labels) for name, split in corpus.splits.items()}}, None))
"""
DIAGNOSE = "from sweep.diagnose import main; main(['--json', 'runs.jsonl'])"
EVIDENCE = Path(__file__).parents[2] / "scripts" / "evidence"


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("--cfg", "job"), 0),
        (("train.learning_rate=-1",), 2),
        (("+regime=nonsense",), 2),
        (("-m", "train.learning_rate=-1,1"), 2),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_a_command_that_does_not_train_imports_nothing_heavy(words, status, tmp_path):
    ended = start(COMMAND, *words, f"outputs={tmp_path}")
    assert ended.status == status
    assert not ended.packages & HEAVY


@pytest.mark.parametrize("names", ["sweep, sweep.study.run, sweep.trial", "sweep.diagnosis"])
def test_an_import_imports_nothing_heavy(names):
    ended = start(f"import {names}")
    assert ended.status == 0, ended.err
    assert not ended.packages & HEAVY


def test_the_study_needs_no_hydra():
    assert not start("import sweep.study").packages & {"hydra", "omegaconf"}


def test_names_are_listed_and_checked_without_what_they_name():
    ended = start(NAMES)
    assert ended.out.count("must be one of") == 2
    assert not ended.packages & {"torch", "mlflow", "tensorboard", "wandb", "optuna"}


def test_the_checks_of_recipes_look_at_the_data_without_torch(tmp_path):
    (tmp_path / "train.csv").write_text("text,label\n" + "a,x\nb,y\n" * 20, encoding="utf-8")
    data = resolved("recipe=text", f"recipe.data.train={tmp_path}/train.csv", "recipe.data.text=text").recipe.data
    names = [path.stem for path in Path(recipes.__file__).parent.glob("*_check.py")]
    modules = ", ".join(f"sweep.recipes.{name}" for name in names)
    ended = start(CHECKS.format(modules=modules, data=data))
    assert ended.out == "28"
    # Not pandas: where it is installed, pyarrow imports it by itself.
    assert not ended.packages & {"torch", "transformers", "datasets", "sklearn", "scipy", "tokenizers"}


def test_diagnose_imports_what_its_file_needs(tmp_path):
    lines(tmp_path / "runs.jsonl", healthy())
    ended = start(DIAGNOSE, folder=tmp_path)
    assert (ended.status, ended.err) == (0, "")
    others = {"torch", "mlflow", "tensorboard", "wandb", "pandas", "matplotlib", "scipy", "rich"}
    assert not ended.packages & others


def test_what_makes_the_labels_of_the_evidence_imports_nothing_of_the_diagnosis():
    ended = start("import train, cases", folder=EVIDENCE)
    assert ended.status == 0, ended.err
    assert not {name for name in ended.modules if name.startswith("sweep.diagnosis")}
