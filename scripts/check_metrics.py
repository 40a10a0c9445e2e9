"""How the finding `metric_disagrees` does on published runs whose loss turned up.

    python scripts/check_metrics.py PATH

A loss turned up where it ends (median of three) more than 1 % above its best. The metric ends better or worse by its
median of the last three against its value at the best loss.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from prospect_rows import curves_of, load

from sweep.diagnosis.metrics import direction, metric_disagreement
from sweep.diagnosis.noise import noise
from sweep.diagnosis.series import prepare_series

TURNED = 0.01


class Told(NamedTuple):
    """One run: the metric's relative gain since the best loss, whether it was told, how far below the best it keeps."""

    gain: float
    told: bool
    below_best: float  # in standard deviations of the metric's noise


def main() -> None:
    """Print the shares."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", type=Path)
    runs = [told for run in load(parser.parse_args().path) if run["metric"] and (told := look(run)) is not None]
    parts = {
        "metric ends at least 1 % better": [run for run in runs if run.gain >= 0.01],
        "between": [run for run in runs if 0 <= run.gain < 0.01],
        "metric ends worse": [run for run in runs if run.gain < 0],
    }
    for name, part in parts.items():
        print(f"{name}: {len(part)} runs, told in {sum(run.told for run in part) / len(part):.1%}")
    kept = [run.below_best for run in runs if run.told]
    print(f"kept step within the noise of the best metric: {np.mean(np.array(kept) <= 1):.1%} of {len(kept)}")


def look(run: dict[str, Any]) -> Told | None:
    """``None`` where the loss did not turn up, or no metric was recorded."""
    curves = curves_of(run)
    loss = np.array(run["val_loss"], dtype=float)
    name, values = run["metric"]
    metric = np.array(values, dtype=float) * (direction(name) or 1)
    if not np.isfinite(metric).all() or np.median(loss[-3:]) <= (1 + TURNED) * loss.min():
        return None
    then = metric[int(np.argmin(loss))]
    gain = float((np.median(metric[-3:]) - then) / max(abs(then), 1e-9))
    found = metric_disagreement(prepare_series(curves), curves)
    if found is None:
        return Told(gain, False, 0.0)
    kept = metric[run["val_steps"].index(found.step)]
    return Told(gain, True, float(metric.max() - kept) / max(noise(metric), 1e-12))


if __name__ == "__main__":
    main()
