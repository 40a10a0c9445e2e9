"""Read the regime of anybody's training run from its log.

python -m sweep.diagnose outputs/trainer_state.json
python -m sweep.diagnose --json runs.jsonl | jq '.[].regime'
python -m sweep.diagnose --replay --plot curves.png lightning_logs/version_3 mlflow:experiment/digits
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from sweep.diagnosis import Baseline, Diagnosis, Replay, diagnose, replay
from sweep.readers import History, Problem, histories
from sweep.readers.column_names import is_ours
from sweep.regimes import NAMES

ALL_READ, SOME_FAILED, NONE_READ = 0, 1, 2
FEW = 3
"""Runs that are shown each in a panel of its own."""
PAGE = 200
"""Runs that are put into one table, so that memory does not grow with their number."""
PICTURES = 100
"""Runs that are drawn."""
PICTURED = (".png", ".svg", ".pdf", ".jpg")

EPILOG = """\
What PATH can be, found by looking into it:
  trainer_state.json, a checkpoint or an output folder of the Hugging Face Trainer; a folder of TensorBoard events;
  mlflow:RUN_ID or mlflow:experiment/NAME (in MLFLOW_TRACKING_URI, else outputs/mlflow.db); Keras' CSVLogger;
  Lightning's metrics.csv; a history exported from W&B (CSV, JSONL) or its offline run; our own curves.csv;
  a .jsonl with a history per line; any table with named columns; a folder with any of these in it.

Exit status: 0 all was read; 1 some of it was not (what and why is on standard error, the rest is diagnosed);
2 nothing could be read, or the command was wrong."""


@dataclass(frozen=True)
class Judged:
    """A history with its verdict, and what a watched run would have been told where that was asked."""

    history: History
    diagnosis: Diagnosis
    replay: Replay | None

    def to_dict(self) -> dict[str, Any]:
        """The keys of ``diagnosis.json``, in front of them where the history is from."""
        told = {"source": self.history.source, "id": self.history.id, **self.diagnosis.to_dict()}
        told |= {"expected": None, "columns": dict(self.history.columns)}
        if self.replay is not None:
            told |= {"stop_at": self.replay.stop_at, "best_at": self.replay.best_at}
        return told


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status."""
    asked = _parser().parse_args(arguments)
    failed = list[str]()
    results = _judge(asked.paths, _columns(asked.columns), _baseline(asked.classes), asked.replay, failed)
    if asked.plot:
        results = _drawn(results, asked.plot)
    try:
        count = write_json(results, sys.stdout) if asked.json else _show(results)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader of our output (head, less) has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return SOME_FAILED if failed else ALL_READ
    except KeyboardInterrupt:
        return 130
    return (SOME_FAILED if count else NONE_READ) if failed else ALL_READ


def _judge(
    paths: Sequence[str], columns: Mapping[str, str], baseline: Baseline | None, replayed: bool, failed: list[str]
) -> Iterator[Judged]:
    """Every history in the order given, one in memory at a time; problems go to standard error and ``failed``."""
    for path in paths:
        for item in histories(path, columns):
            if isinstance(item, Problem):
                print(" ".join(f"sweep.diagnose: {item}".split()), file=sys.stderr)
                failed[:] = [path]
            else:
                told = replay(item.curves, baseline) if replayed else None
                yield Judged(item, diagnose(item.curves, baseline), told)


def write_json(results: Iterator[Judged], out: IO[str]) -> int:
    """Write one JSON list, an object per history, as they come; returns how many."""
    count = 0
    out.write("[")
    try:
        for judged in results:
            out.write(",\n" if count else "\n")
            out.write(json.dumps(judged.to_dict(), allow_nan=False))
            count += 1
    finally:
        out.write("\n]\n")
    return count


def _show(results: Iterator[Judged]) -> int:
    """Panels where the runs are few, tables where they are more; returns how many."""
    count, page = 0, list[Judged]()
    for judged in results:
        count += 1
        page.append(judged)
        if len(page) == PAGE:
            _table(page, first=count == PAGE)
            page = []
    if count <= FEW:
        for judged in page:
            _panel(judged)
    elif page:
        _table(page, first=count <= PAGE)
    return count


def _table(page: Sequence[Judged], first: bool) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from sweep.regimes import VERDICTS

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=first, expand=True, header_style="bold")
    table.add_column("run", ratio=2, no_wrap=True)
    table.add_column("verdict", width=12)
    table.add_column("sure", justify="right", width=4)
    if page[0].replay:
        table.add_column("stop", justify="right", width=6)
        table.add_column("best", justify="right", width=6)
    table.add_column("why", ratio=5)
    for judged in page:
        found = judged.diagnosis
        points = (judged.replay.stop_at, judged.replay.best_at) if judged.replay else ()
        table.add_row(
            Text(str(judged.history.id)),
            Text(found.regime, VERDICTS[found.regime].style),
            f"{min(found.confidence, 0.99):.0%}",  # as in the panel: nothing read from curves is certain
            *("-" if at is None else str(at) for at in points),
            Text(str(found.findings[0].text if found.findings else found.trend.get("text", ""))),
        )
    Console().print(table)


def _panel(judged: Judged) -> None:
    from rich.console import Console
    from rich.markup import escape

    from sweep.report.terminal import panel

    places = {"log": judged.history.source}
    if judged.replay:
        told = judged.replay
        for alert in told.alerts:
            when = f"at step {alert.step:g}"
            places[when] = f"{places[when]}; {alert.text}" if when in places else alert.text
        places["stop at"] = "never" if told.stop_at is None else f"evaluation {told.stop_at} (the first is 0)"
        places["best at"] = "unknown" if told.best_at is None else f"evaluation {told.best_at}"
    Console().print(panel(judged.diagnosis.to_dict(), escape(str(judged.history.id)), places))


def _drawn(results: Iterator[Judged], file: Path) -> Iterator[Judged]:
    """The same results, each drawn on its way: into ``file``, and from the second on into ``file`` with a number."""
    from sweep.report.figures.learning_curves import draw, save

    for number, judged in enumerate(results, start=1):
        place = file if number == 1 else file.with_stem(f"{file.stem}-{number}")
        if number <= PICTURES:
            save(draw(judged.history.curves, judged.diagnosis, str(judged.history.id)), place)
        elif number == PICTURES + 1:
            print(f"sweep.diagnose: --plot: only the first {PICTURES} runs are drawn", file=sys.stderr)
        yield judged


def _columns(given: Sequence[str]) -> dict[str, str]:
    pairs = [pair.partition("=") for item in given for pair in item.split(",") if pair.strip()]
    return {ours.strip(): theirs.strip() for ours, _, theirs in pairs}


def _pairs(text: str) -> str:
    for ours, theirs in _columns([text]).items():
        if not theirs or not (ours == "step" or is_ours(ours)):
            raise argparse.ArgumentTypeError(
                f"{ours!r}: give OURS=THEIRS, ours being step, epoch, batch_loss, train_loss, val_loss, train_acc, ..."
            )
    return text


def _classes(text: str) -> int:
    if not text.isdigit() or int(text) < 2:
        raise argparse.ArgumentTypeError(f"{text!r}: a whole number of classes, 2 or more")
    return int(text)


def _picture(text: str) -> Path:
    path = Path(text)
    if path.suffix.lower() not in PICTURED:
        raise argparse.ArgumentTypeError(f"{text!r}: the name of a picture ends in {', '.join(PICTURED)}")
    if not path.absolute().parent.is_dir():
        raise argparse.ArgumentTypeError(f"{text!r}: no folder {path.parent}")
    return path


def _baseline(classes: int | None) -> Baseline | None:
    return None if classes is None else Baseline(loss=math.log(classes), acc=1 / classes)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m sweep.diagnose",
        description=f"Read the regime of training runs ({', '.join(NAMES)}) from their logs.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("paths", nargs="+", metavar="PATH", help="a log, a folder of logs, or mlflow:RUN_ID")
    parser.add_argument("--json", action="store_true", help="print one JSON list, an object per history")
    parser.add_argument("--replay", action="store_true", help="also tell what a watched run would have been told, when")
    parser.add_argument("--plot", metavar="FILE", type=_picture, help="save a picture of the curves (.png, .svg, .pdf)")
    parser.add_argument(
        "--columns",
        metavar="OURS=THEIRS,...",
        type=_pairs,
        action="append",
        default=[],
        help="which of the log's columns is which, such as val_loss=dev_nll,train_loss=nll,step=iter",
    )
    parser.add_argument("--classes", metavar="N", type=_classes, help="classes of equal size: what chance would reach")
    return parser
