"""The evidence: labels by gains, logs as people keep them, a corpus that resumes, nothing of the diagnosis in it."""

from __future__ import annotations

import ast
from pathlib import Path

import cases
import labels
import logs
import numpy as np
import pytest
import rules
import train
from corpus import Group, read

FOLDER = Path(labels.__file__).parent
RATES, SEEDS, LENGTH = 11, 2, 100


def group(curve, classes: int = 2) -> Group:
    """A group of a constant rate whose losses are ``curve(rate, time)``, the same for training, validation and test."""
    steps = np.arange(0, 4 * LENGTH + 1, 2)
    rows = np.arange(1, 4 * LENGTH + 1)
    values = np.array([curve(rate, steps / LENGTH) for rate in range(RATES) for _ in range(SEEDS)])
    dense = np.array([curve(rate, rows / LENGTH) for rate in range(RATES) for _ in range(SEEDS)])
    training = {"steps": steps, "rows": rows, "single": dense, "mean": dense}
    training |= dict.fromkeys(("train", "val", "test"), values)
    training |= {name: np.clip(1 - values, 0, 1) for name in ("train_accuracy", "val_accuracy")}
    facts = {
        "seed": 0, "number": 0, "seeds": SEEDS, "length": LENGTH, "schedule": "constant", "constant_loss": 1.0,
        "classes": classes, "batch": 10, "examples": 100, "kind": "none", "optimiser": "sgd", "tuned": "",
        "label_noise": 0.0, "blueprint": {"architecture": "mlp"},
    }  # fmt: skip
    return Group(facts, (training,))


def learning(rate: int, time: np.ndarray) -> np.ndarray:
    """Faster with the rate; beyond the sixth it oscillates ever higher."""
    loss = np.exp(-time * 10 ** ((rate - 4) / 2))
    return loss + max(rate - 6, 0) * 0.1 * (1 + np.sin(40 * time)) * (time > 0)


def outcome(best: list[float], last: list[float], train: list[float], last_train: list[float]) -> labels.Outcome:
    """Two seeds alike, five rates."""
    return labels.Outcome(*(np.repeat(np.array(values)[:, None], 2, 1) for values in (best, last, train, last_train)))


@pytest.mark.parametrize(
    ("last", "last_train", "faster", "slower", "longer", "regime"),
    [
        (0.50, 0.3, 0.6, 0.6, 0.50, "healthy"),
        (0.52, 0.3, 0.49, 0.6, 0.49, "healthy"),
        (0.80, 0.1, 0.6, 0.6, 0.50, "overfit"),
        (0.80, 0.7, 0.6, 0.6, 0.50, "erratic"),
        (0.50, 0.3, 0.6, 0.6, 0.30, "underfit"),
        (0.50, 0.3, 0.3, 0.6, 0.50, "underfit"),
        (0.50, 0.3, 0.6, 0.3, 0.50, "erratic"),
        (0.70, 0.1, 0.6, 0.3, 0.50, "mixed"),
        (0.60, 0.1, 0.6, 0.1, 0.50, "erratic"),
        (np.inf, np.inf, 0.6, 0.6, 0.50, "erratic"),
    ],
)
def test_the_treatment_that_helps_is_the_regime(last, last_train, faster, slower, longer, regime):
    best = [slower, 0.9, 0.5, 0.9, faster]
    fitted = [0.2, 0.9, 0.3, 0.9, 0.2]
    runs = outcome(best, [*best[:2], last, *best[3:]], fitted, [*fitted[:2], last_train, *fitted[3:]])
    treated = outcome([longer] * 5, [longer] * 5, [0.2] * 5, [0.2] * 5)
    found = labels.gains(runs, treated, rate=2, seed=0)
    assert labels.label(found) == regime
    if regime != "mixed":
        target = labels.target(found)
        assert sum(target.values()) == pytest.approx(1)
        assert max(target, key=target.__getitem__) == regime
        assert labels.margin(found, regime) > 0


def test_a_faster_run_that_fits_its_training_set_worse_does_not_make_a_run_underfit():
    runs = outcome([0.9, 0.9, 0.5, 0.9, 0.3], [0.9, 0.9, 0.5, 0.9, 0.3], [0.3] * 4 + [0.6], [0.3] * 4 + [0.6])
    treated = outcome([0.5] * 5, [0.5] * 5, [0.3] * 5, [0.3] * 5)
    found = labels.gains(runs, treated, rate=2, seed=0)
    assert found.treatments["10x"] == pytest.approx(0.2)
    assert labels.label(found) == "healthy"


def test_a_gain_of_the_other_seed_alone_is_no_regime():
    best = np.array([[0.9, 0.9], [0.9, 0.9], [0.8, 0.3], [0.9, 0.9], [0.9, 0.9]])
    runs = labels.Outcome(best, best, best, best)
    longer = labels.Outcome(*[np.full((5, 2), 0.3)] * 4)
    assert labels.label(labels.gains(runs, longer, rate=2, seed=1)) == "mixed"


@pytest.mark.parametrize(
    ("train", "val", "given", "expected"),
    [
        (1.0 + 0 * np.arange(40), 1.01 + 0 * np.arange(40), "erratic", ("underfit", "constant")),
        (np.where(np.arange(40) % 2, 1.0, 1.2), np.full(40, 1.01), "healthy", ("erratic", "collapsed")),
        (np.linspace(1, 0.1, 40), np.full(40, 1.0), "healthy", ("overfit", "never_learns")),
        (np.linspace(1, 0.9, 40), np.full(40, 1.0), "healthy", ("underfit", "learnt_nothing")),
        (np.full(40, 0.3), np.full(40, 0.5), "healthy", ("mixed", "no_progress")),
        (np.exp(-np.arange(40) / 10), 0.5 + 0.5 * np.exp(-np.arange(40) / 3), "healthy", ("overfit", "stalled")),
        (np.exp(-np.arange(40) / 5), np.exp(-np.arange(40) / 5), "healthy", ("healthy", "")),
        (np.linspace(1, 0.5, 40), np.linspace(1, 0.5, 40), "underfit", ("underfit", "")),
        (np.full(40, np.nan), np.full(40, 1.0), "healthy", ("erratic", "not_finite")),
    ],
)  # fmt: skip
def test_rules_decide_where_gains_do_not(train, val, given, expected):
    assert rules.rule(rules.Shown(train, val, val), given) == expected


def test_far_too_low_rates_are_underfit_and_the_tail_of_a_finished_run_is_healthy():
    found = {(run.length, run.rate): run.label for run in cases.runs(group(learning))}
    assert found[LENGTH, 0] == "underfit"
    assert found[LENGTH, 6] == "healthy"
    assert found[LENGTH, 9] == "erratic"
    assert found[LENGTH // 10, 4] == "underfit"


def test_a_log_is_drawn_by_its_seed_alone_and_looks_like_one():
    made = group(learning)
    kinds = set()
    for seed in range(300):
        log, again = (logs.draw(made, 0, LENGTH, 8, np.random.default_rng(seed), "x") for _ in range(2))
        kinds.update({log.kind, *log.notes})
        history = log.history
        for name, values in history.items():
            np.testing.assert_array_equal(values, again.history[name])
        assert history["train_loss"] is not None or history["val_loss"] is not None
        for part in ("train", "val"):
            series = {len(history[name]) for name in (f"{part}_loss", f"{part}_acc") if history[name] is not None}
            steps = history.get(f"{part}_steps")
            if steps is not None:
                assert (np.diff(steps) > 0).all()
                series.add(len(steps))
            assert len(series) <= 1
            assert all(2 <= count <= 500 for count in series)
    assert {
        "running/full",
        "none/full",
        "evaluated/none",
        "dense_mean/sparse",
        "rounded",
        "epochs",
        "no_steps",
    } <= kinds


def test_a_running_mean_weighs_each_batch_alike():
    rows, values = np.array([1, 2, 4, 8]), np.array([1.0, 3.0, 6.0, 5.0])
    np.testing.assert_allclose(logs.means(rows, values, np.array([2, 8])), [2.0, (2 * 6 + 4 * 5) / 6])


def test_a_corpus_resumes_bit_for_bit(tmp_path):
    train.make_missing(tmp_path, 0, range(1, 4, 2))
    whole = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    lost = tmp_path / "0-00003.npz"
    lost.unlink()
    train.make_missing(tmp_path, 0, range(1, 4, 2))
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == whole
    made = read(lost)
    assert made.facts["number"] == 3
    assert next(iter(cases.cases(tmp_path, seed=1))).history["id"].startswith("0-1-")


def closure(*names: str) -> set[Path]:
    """The files of the evidence that these modules import, at any place in them."""
    found: set[Path] = set()
    queue = [FOLDER / f"{name}.py" for name in names]
    while queue:
        path = queue.pop()
        if path in found or not path.exists():
            continue
        found.add(path)
        queue += [FOLDER / f"{name.partition('.')[0]}.py" for name in imported(path)]
    return found


def imported(path: Path) -> set[str]:
    """Names of all modules that a file imports, and all its strings: a lazy import may name its module in one."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            names.add(node.value)
    return names


def test_what_makes_labels_imports_nothing_of_the_diagnosis():
    """Of the package only `sweep.files`: other names of it, its lazy ones above all, may load the diagnosis."""
    files = closure("train", "cases")
    assert {path.stem for path in files} >= {"labels", "rules", "logs", "training", "plans"}
    for path in files:
        packages = {name for name in imported(path) if name.split(".")[0] in ("sweep", "importlib")}
        assert packages <= {"sweep.files"}, path
