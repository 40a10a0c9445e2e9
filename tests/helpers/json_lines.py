"""Histories of JSON lines, and strict JSON, for the tests of `sweep.diagnose`."""

from __future__ import annotations

import json
import math
from pathlib import Path


def overfit(points: int = 60) -> dict[str, object]:
    train = [2.3 * math.exp(-step / 10) for step in range(points)]
    val = [loss + 0.2 + 0.03 * max(0, step - 15) for step, loss in enumerate(train)]
    return {"id": "deep", "train_loss": train, "val_loss": val}


def healthy(points: int = 60) -> dict[str, object]:
    loss = [2.0 * math.exp(-step / 10) + 0.3 + 0.01 * math.sin(7 * step) for step in range(points)]
    val = [value + 0.02 + 0.01 * math.sin(5 * step) for step, value in enumerate(loss)]
    return {"id": "calm", "train_loss": loss, "val_loss": val}


def lines(path: Path, *items: object) -> Path:
    path.write_text("".join((item if isinstance(item, str) else json.dumps(item)) + "\n" for item in items))
    return path


def strict(text: str) -> list[dict[str, object]]:
    def refuse(token: str) -> None:
        raise AssertionError(f"{token} is no JSON")

    found = json.loads(text, parse_constant=refuse)
    assert isinstance(found, list)
    return found
