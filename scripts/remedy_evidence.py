"""Rebuild the evidence that orders the advice, from studies of `+sweep=cures`.

    python -m sweep +sweep=cures study.name=cures-digits
    python -m sweep +sweep=cures study.name=cures-pairs recipe=pairs
    python scripts/remedy_evidence.py outputs/cures-digits outputs/cures-pairs

Writes `src/sweep/diagnosis/remedy_evidence.py` and prints the whole table as Markdown. A remedy is ordered within the
regimes that its file in `conf/remedy` names; one that no study has measured keeps its place after the measured ones.
"""

from __future__ import annotations

import argparse
import json
import math
from pathlib import Path

import yaml

from sweep.config.schema import CONF
from sweep.diagnosis import remedy_evidence
from sweep.experiments.remedy_table import RemedyEffect, markdown, rank, remedy_table

HEAD = '''"""Which cure works for which regime, the best first. Made by `scripts/remedy_evidence.py`."""

from __future__ import annotations

from typing import Final, NamedTuple


class Measured(NamedTuple):
    """Against the same runs without it: shares taken out of the regime and made healthy, times test loss and steps."""

    runs: int
    out: float
    healthy: float
    test_loss: float
    steps: float


REMEDY_EVIDENCE: Final[dict[str, dict[str, Measured | None]]] = {
'''


def module(rows: list[RemedyEffect]) -> str:
    """The module's text."""
    regimes: dict[str, list[str]] = {regime: list(names) for regime, names in remedy_evidence.REMEDY_EVIDENCE.items()}
    for file in sorted((CONF / "remedy").glob("*.yaml")):
        for name, said in yaml.safe_load(file.read_text(encoding="utf-8"))["remedy"].items():
            for regime in said["regimes"]:
                if name not in regimes[regime]:
                    regimes[regime].append(name)
    lines = [HEAD]
    for regime, names in regimes.items():
        found = {row.remedy: row for row in rows if row.regime == regime and row.remedy in names}
        lines.append(f'    "{regime}": {{\n')
        for name in (*sorted(found, key=lambda name: rank(found[name])), *(n for n in names if n not in found)):
            row = found.get(name)
            said = "None" if row is None else (
                f"Measured({row.runs}, {row.out:.2f}, {row.healthy:.2f}, {math.exp(row.loss):.3f}, {row.steps:.2f})"
            )  # fmt: skip
            lines.append(f'        "{name}": {said},\n')
        lines.append("    },\n")
    return "".join([*lines, "}\n"])


def main() -> None:
    """Read the studies, write the module."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("studies", nargs="+", type=Path)
    options.add_argument("--dry", action="store_true", help="only print the table")
    chosen = options.parse_args()
    runs = [run for study in chosen.studies for run in json.loads((study / "summary.json").read_text())["runs"]]
    rows = remedy_table(runs)
    print(markdown(rows))
    if not chosen.dry:
        Path(remedy_evidence.__file__).write_text(module(rows), encoding="utf-8")


if __name__ == "__main__":
    main()
