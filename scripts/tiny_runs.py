"""Train thousands of tiny networks and keep their curves: the real half of what the diagnosis is calibrated on.

    python scripts/tiny_runs.py --groups 200 --seed 0 --out outputs/calibration/tiny.jsonl

A group shares data, shape and optimiser and trains 12 networks at once as one batched program, each with a learning
rate, weight decay, training sample and seed of its own. Beside what a user would log, each history keeps the loss on a
large clean test set, from which `calibrate.py` reads what truly happened. Histories are appended as JSON lines.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn import datasets
from torch import Tensor
from torch.nn import functional as F

RUNS = 12
TEST = 800
TASKS = ("digits", "cancer", "wine", "iris", "diabetes", "teacher", "blobs", "spirals", "friedman", "sparse", "waves")
REGRESSION = {"diabetes", "friedman", "waves"}


def table(task: str, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, int]:
    """Inputs, targets and the number of classes (0: regression) of a task; synthetic ones differ from call to call."""
    if task in ("digits", "cancer", "wine", "iris", "diabetes"):
        load = {"cancer": "breast_cancer"}.get(task, task)
        x, y = getattr(datasets, f"load_{load}")(return_X_y=True)
        order = rng.permutation(len(x))
        x, y = x[order], y[order]
    else:
        n = 3000
        seed = int(rng.integers(1 << 30))
        match task:
            case "teacher":
                d, k = int(rng.integers(5, 40)), int(rng.integers(2, 8))
                x = rng.normal(size=(n, d))
                scores = np.tanh(x @ rng.normal(size=(d, 16)) / math.sqrt(d) * 2) @ rng.normal(size=(16, k))
                y = (scores * rng.uniform(1, 4) + rng.gumbel(size=(n, k))).argmax(1)
            case "blobs":
                d, k = int(rng.integers(2, 30)), int(rng.integers(2, 20))
                x, y = datasets.make_blobs(n, d, centers=k, cluster_std=rng.uniform(2, 9), random_state=seed)
            case "spirals":
                t, y = rng.uniform(0.3, 3, n), rng.integers(0, 2, n)
                angle = 2 * t + math.pi * y
                x = np.stack([t * np.cos(angle), t * np.sin(angle)], 1) + rng.uniform(0.02, 0.3) * rng.normal(
                    size=(n, 2)
                )
            case "sparse":
                d = int(rng.integers(50, 200))
                x = rng.normal(size=(n, d))
                y = (x[:, :4].sum(1) + rng.uniform(0.2, 2) * rng.normal(size=n) > 0).astype(int)
            case "friedman":
                x, y = datasets.make_friedman1(n, int(rng.integers(5, 15)), noise=rng.uniform(0, 4), random_state=seed)
            case _:
                x = rng.uniform(-1, 1, size=(n, 2))
                y = np.sin(4 * x[:, 0]) * np.cos(3 * x[:, 1]) + rng.uniform(0, 0.8) * rng.normal(size=n)
    x = (x - x.mean(0)) / (x.std(0) + 1e-6)
    if task in REGRESSION:
        if rng.random() < 0.6:
            y = (y - y.mean()) / y.std()
        return x.astype(np.float32), y.astype(np.float32), 0
    return x.astype(np.float32), y.astype(np.int64), int(y.max()) + 1


def settings(rng: np.random.Generator) -> dict[str, Any]:
    """One random setting of everything a group shares."""
    return {
        "task": str(rng.choice(TASKS)),
        "size": int(np.exp(rng.uniform(math.log(20), math.log(1000)))),
        "val_size": int(np.exp(rng.uniform(math.log(25), math.log(600)))),
        "epochs": int(np.exp(rng.uniform(math.log(15), math.log(500)))),
        "batch": int(2 ** rng.integers(2, 9)),
        "width": int(2 ** rng.integers(2, 8)),
        "depth": int(rng.integers(0, 4)),
        "optimiser": str(rng.choice(["adam", "adam", "sgd", "momentum", "rmsprop"])),
        "schedule": str(rng.choice(["constant", "constant", "constant", "linear", "cosine", "step", "restarts"])),
        "dropout": float(rng.choice([0, 0, 0, 0.2, 0.5])),
        "label_noise": float(rng.choice([0, 0, 0, 0.1, 0.3])),
        "smooth": bool(rng.random() < 0.3),
        "logged": str(rng.choice(["running", "evaluated"])),
    }


def pace(schedule: str, done: float) -> float:
    """Factor of the learning rate when a share ``done`` of the run is over."""
    match schedule:
        case "linear":
            return 1 - done
        case "cosine":
            return 0.5 * (1 + math.cos(math.pi * done))
        case "step":
            return 0.1 ** int(done * 3)
        case "restarts":
            return 0.5 * (1 + math.cos(math.pi * ((done * 4) % 1)))
    return 1.0


def forward(weights: list[Tensor], x: Tensor, smooth: bool, dropout: float) -> Tensor:
    """Outputs of shape ``(runs, points, outputs)`` of stacked networks."""
    for at in range(0, len(weights), 2):
        x = torch.baddbmm(weights[at + 1], x, weights[at])
        if at < len(weights) - 2:
            x = torch.tanh(x) if smooth else torch.relu(x)
            if dropout:
                x = F.dropout(x, dropout)
    return x


def losses(out: Tensor, y: Tensor, classes: int) -> Tensor:
    """Mean loss per run: cross-entropy, or squared error for a regression."""
    if classes:
        return F.cross_entropy(out.transpose(1, 2), y, reduction="none").mean(1)
    return ((out[..., 0] - y) ** 2).mean(1)


def group(setting: dict[str, Any], seed: int) -> list[dict[str, Any]]:
    """Train the networks of one setting; one history each."""
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    x, y, classes = table(setting["task"], rng)
    size, val_size = min(setting["size"], len(x) // 3), min(setting["val_size"], len(x) // 4)
    pick = np.stack([rng.permutation(len(x)) for _ in range(RUNS)])
    parts = np.split(pick[:, : size + val_size + TEST], [size, size + val_size], axis=1)
    (xt, yt), (xv, yv), (xs, ys) = ((torch.from_numpy(x[p]), torch.from_numpy(y[p])) for p in parts)
    clean = yt.clone()
    if setting["label_noise"]:
        wrong = torch.rand(yt.shape) < setting["label_noise"]
        other = torch.randint(0, classes, yt.shape) if classes else yt[:, torch.randperm(size)]
        yt = torch.where(wrong, other, yt)
        if rng.random() < 0.5:  # the validation set has the same mislabelled share, the test set never
            wrong = torch.rand(yv.shape) < setting["label_noise"]
            other = torch.randint(0, classes, yv.shape) if classes else yv[:, torch.randperm(yv.shape[1])]
            yv = torch.where(wrong, other, yv)
    del clean
    base = {"adam": 2e-3, "rmsprop": 1e-3, "sgd": 0.1, "momentum": 0.02}[setting["optimiser"]]
    if not classes and float(y.std()) > 2:
        base *= 0.3 if "s" in setting["optimiser"] else 1
    rate = torch.from_numpy(base * np.exp(rng.uniform(math.log(0.02), math.log(20), RUNS))).float()
    decay = torch.from_numpy(np.where(rng.random(RUNS) < 0.6, 0, 10 ** rng.uniform(-4, -1, RUNS))).float()
    widths = [x.shape[1], *[setting["width"]] * setting["depth"], classes or 1]
    weights = []
    for fan, out in itertools.pairwise(widths):
        bound = 1 / math.sqrt(fan)
        weights += [(torch.rand(RUNS, fan, out) * 2 - 1) * bound, (torch.rand(RUNS, 1, out) * 2 - 1) * bound]
    for weight in weights:
        weight.requires_grad_()
    first, second = ([torch.zeros_like(w) for w in weights] for _ in range(2))
    batch = min(setting["batch"], size)
    per_epoch = max(size // batch, 1)
    epochs = min(setting["epochs"], max(15, 6000 // per_epoch))
    names = ("train_loss", "val_loss", "test_loss", "train_acc", "val_acc", "test_acc")
    log: dict[str, list[Tensor]] = {name: [] for name in names}
    count = 0

    def evaluate(running: Tensor | None) -> None:
        with torch.no_grad():
            for side, (a, b) in {"train": (xt, yt), "val": (xv, yv), "test": (xs, ys)}.items():
                out = forward(weights, a, setting["smooth"], 0.0)
                value = losses(out, b, classes)
                log[f"{side}_loss"].append(running if running is not None and side == "train" else value)
                if classes:
                    log[f"{side}_acc"].append((out.argmax(2) == b).float().mean(1))

    if rng.random() < 0.3:
        evaluate(None)
    for epoch in range(epochs):
        order = torch.rand(RUNS, size).argsort(1)
        total = torch.zeros(RUNS)
        for at in range(per_epoch):
            index = order[:, at * batch : (at + 1) * batch]
            xb = torch.gather(xt, 1, index[:, :, None].expand(-1, -1, xt.shape[2]))
            loss = losses(
                forward(weights, xb, setting["smooth"], setting["dropout"]), torch.gather(yt, 1, index), classes
            )
            total += loss.detach()
            grads = torch.autograd.grad(loss.sum(), weights)
            count += 1
            speed = (rate * pace(setting["schedule"], (epoch + at / per_epoch) / epochs))[:, None, None]
            with torch.no_grad():
                for w, g, m, v in zip(weights, grads, first, second, strict=True):
                    match setting["optimiser"]:
                        case "sgd":
                            step = g
                        case "momentum":
                            step = m.mul_(0.9).add_(g)
                        case "rmsprop":
                            step = g / (v.mul_(0.99).addcmul_(g, g, value=0.01).sqrt() + 1e-8)
                        case _:
                            m.mul_(0.9).add_(g, alpha=0.1)
                            v.mul_(0.999).addcmul_(g, g, value=0.001)
                            step = m / (1 - 0.9**count) / ((v / (1 - 0.999**count)).sqrt() + 1e-8)
                    w -= speed * (step + decay[:, None, None] * w)
        evaluate(total / per_epoch if setting["logged"] == "running" else None)
    kept = {name: torch.stack(values, 1).double().numpy() for name, values in log.items() if values}
    facts = {**setting, "classes": classes, "seed": seed, "size": size, "val_size": val_size}
    return [
        {"run": run, "rate": float(rate[run] / base), **facts}
        | {name: [float(f"{v:.6g}") for v in values[run]] for name, values in kept.items()}
        for run in range(RUNS)
    ]


def main() -> None:
    """Train groups until there are enough."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--groups", type=int, default=20)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--out", type=Path, default=Path("outputs/calibration/tiny.jsonl"))
    options = options.parse_args()
    torch.set_num_threads(1)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    begun = time.perf_counter()
    with options.out.open("a") as file:
        for number in range(options.groups):
            seed = options.seed * 100_000 + number
            for history in group(settings(np.random.default_rng(seed)), seed):
                file.write(json.dumps(history) + "\n")
            file.flush()
            print(f"{number + 1} groups, {(time.perf_counter() - begun) / (number + 1):.1f} s each", flush=True)


if __name__ == "__main__":
    main()
