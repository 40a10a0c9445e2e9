"""The files of a trial: its configuration, its curves, and the diagnosis of them."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from sweep.config.settings import Config
from sweep.curves import Curves
from sweep.diagnosis import Diagnosis
from sweep.files import atomic
from sweep.report.figures import learning_curves


def write_config(folder: Path, config: Config) -> Path:
    """Write `config.yaml`."""
    file = folder / "config.yaml"
    file.write_text(config.to_yaml(), encoding="utf-8")
    return file


def write_curves(folder: Path, curves: Curves) -> Path:
    """Write `curves.csv`, which there is for any run, also for one that was cut off or that still trains."""
    file = folder / "curves.csv"
    atomic.write_text(file, curves.to_csv())
    return file


def write_diagnosis(folder: Path, curves: Curves, diagnosis: Diagnosis, config: Config) -> list[Path]:
    """Write `curves.png` and `diagnosis.json`."""
    picture = folder / "curves.png"
    title = f"{config.recipe.name}, seed {config.seed}"
    learning_curves.save(learning_curves.draw(curves, diagnosis, title), picture)
    file = folder / "diagnosis.json"
    content = {
        **diagnosis.to_dict(),
        "expected": config.expected,
        "remedies": [asdict(applied) for applied in config.remedies],
        "skipped": [asdict(skipped) for skipped in config.skipped],
    }
    atomic.write_json(file, content)
    return [picture, file]
