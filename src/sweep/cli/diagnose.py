"""Read the regime of anybody's training run from its log.

python -m sweep.diagnose train.log outputs/trainer_state.json 'runs/*/metrics.csv'
python -m sweep.diagnose --json runs.jsonl | jq '.[].regime'
python -m sweep.diagnose --replay --plot curves.png lightning_logs/version_3 mlflow:experiment/digits
tail -f train.log | python -m sweep.diagnose --follow -
"""

from __future__ import annotations

import argparse
import math
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from sweep.cli.diagnosis_output import drawn, reported, show, write_json
from sweep.cli.follow import follow
from sweep.cli.judgement import Judged, judge
from sweep.cli.printable import any_encoding, printable
from sweep.diagnosis import Baseline
from sweep.readers import Note, Problem, histories
from sweep.readers.column_names import is_ours
from sweep.regimes import NAMES

ALL_READ, SOME_FAILED, NONE_READ = 0, 1, 2
INTERRUPTED = 130
STDIN = "-"
PICTURED = (".png", ".svg", ".pdf", ".jpg")

EPILOG = """\
What PATH can be, found by looking into it:
  any text that holds a training log: what a terminal showed, a notebook's output, a model card, a table with or without
  named columns; - for standard input, also a pattern in quotes ('runs/*.log'), or a folder with any of these in it;
  trainer_state.json, a checkpoint or an output folder of the Hugging Face Trainer; a folder of TensorBoard events;
  mlflow:RUN_ID or mlflow:experiment/NAME (in MLFLOW_TRACKING_URI, else outputs/mlflow.db); Keras' CSVLogger;
  Lightning's metrics.csv; a history exported from W&B (CSV, JSONL) or its offline run; trackio's database;
  our own curves.csv; a .jsonl with a history per line.
What was understood is shown with each verdict; --columns overrules it.

Exit status: 0 all was read; 1 some of it was not (what and why is on standard error, the rest is diagnosed);
2 nothing could be read, or the command was wrong."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status."""
    for stream in (sys.stdout, sys.stderr):
        any_encoding(stream)
    parser = _parser()
    asked = parser.parse_args(arguments)
    if asked.follow and asked.paths != [STDIN]:
        parser.error("--follow reads standard input: tail -f train.log | python -m sweep.diagnose --follow -")
    try:
        status = _followed(asked) if asked.follow else _diagnosed(asked)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader of our output (head, less) has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ALL_READ
    except KeyboardInterrupt:
        return INTERRUPTED
    return status


def _followed(asked: argparse.Namespace) -> int:
    def say(line: str) -> None:
        print(line, flush=True)

    judged = follow(sys.stdin.buffer, _columns(asked.columns), _baseline(asked.classes), say, asked.json)
    return NONE_READ if judged is None else ALL_READ


def _diagnosed(asked: argparse.Namespace) -> int:
    failed: list[str] = []
    results = _judged(asked.paths, _columns(asked.columns), _baseline(asked.classes), asked.replay, failed)
    if asked.plot:
        results = drawn(results, asked.plot)
    if asked.report:
        results = reported(results, asked.report)
    count = write_json(results, sys.stdout) if asked.json else show(results)
    if not failed:
        return ALL_READ
    return SOME_FAILED if count else NONE_READ


def _judged(
    paths: Sequence[str], columns: Mapping[str, str], baseline: Baseline | None, replay: bool, failed: list[str]
) -> Iterator[Judged]:
    """Every history in the order given, one in memory at a time; problems go to standard error and ``failed``."""
    for path in paths:
        for item in histories(path, columns):
            if isinstance(item, Problem):
                print(printable(" ".join(f"sweep.diagnose: {item}".split())), file=sys.stderr)
                if not isinstance(item, Note):
                    failed[:] = [path]
            else:
                yield judge(item, baseline, replay)


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


def _page(text: str) -> Path:
    path = Path(text)
    if path.suffix.lower() != ".html" or path.exists() or not path.absolute().parent.is_dir():
        raise argparse.ArgumentTypeError(f"{text!r}: the name of a page that is not there yet, like report.html")
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
    parser.add_argument("paths", nargs="+", metavar="PATH", help="a log, a folder of logs, mlflow:RUN_ID, or -")
    parser.add_argument("--follow", action="store_true", help="watch a log that grows on standard input")
    parser.add_argument("--json", action="store_true", help="print one JSON list, an object per history")
    parser.add_argument("--replay", action="store_true", help="also tell what a watched run would have been told, when")
    parser.add_argument("--plot", metavar="FILE", type=_picture, help="save a picture of the curves (.png, .svg, .pdf)")
    parser.add_argument("--report", metavar="FILE", type=_page, help="write an interactive page of the runs (.html)")
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
