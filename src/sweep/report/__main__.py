"""Make the page of anything recorded: a study, an MLflow experiment, or several of them.

python -m sweep.report outputs/mine
python -m sweep.report mine other -o both.html
python -m sweep.report mlflow:experiment/sweep -o sweep.html
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from sweep.errors import ConfigError
from sweep.readers import histories
from sweep.report import page as pages
from sweep.report.page.content import Page
from sweep.report.page.histories import diagnosed
from sweep.report.page.merging import merged

GENERATOR = 'name="generator" content="sweep.report"'
MLFLOW = "mlflow:"
EPILOG = """\
Without -o, the page of one study is STUDY/report.html, which it replaces; any other page is report-NAME.html in the
current folder. A file that is there is replaced only with --overwrite, or where it is the study's own report.

Exit status: 0 the page is written; 1 it is, but something could not be read (standard error says what);
2 nothing was written."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status."""
    asked = _parser().parse_args(arguments)
    problems: list[str] = []
    try:
        made = [_page(name, Path(asked.outputs), problems) for name in asked.names]
        target = _target(asked.output, asked.names, Path(asked.outputs), asked.overwrite)
        whole = made[0] if len(made) == 1 else merged(made)
        pages.write(whole, target)
    except ConfigError as error:
        print(f"sweep.report: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"sweep.report: {error.filename or asked.output}: {error.strerror or error}", file=sys.stderr)
        return 2
    for problem in problems:
        print(f"sweep.report: {problem}", file=sys.stderr)
    print(target)
    return 1 if problems else 0


def _page(name: str, outputs: Path, problems: list[str]) -> Page:
    """The page of one study or experiment; what of it could not be read is appended to ``problems``."""
    folder = _study_folder(name, outputs)
    if folder is not None:
        return pages.page_of_folder(folder)
    if not name.startswith(MLFLOW) and ("/" in name or Path(name).exists()):
        raise ConfigError(name, "is no folder of a study; python -m sweep.diagnose --report FILE reads other logs")
    source = name if name.startswith(MLFLOW) else f"{MLFLOW}experiment/{name}"
    here: list[str] = []
    found = list(diagnosed(histories(source, {}), here))
    problems += here
    if not found:
        reason = here[0] if here else "holds no run"
        raise ConfigError(name, f"is neither a study in {outputs} nor an MLflow experiment ({reason})")
    return pages.page_of_histories(found, name.removeprefix(MLFLOW).removeprefix("experiment/"), notices=here)


def _study_folder(name: str, outputs: Path) -> Path | None:
    return next((place for place in (Path(name), outputs / name) if place.is_dir()), None)


def _target(output: Path | None, names: Sequence[str], outputs: Path, overwrite: bool) -> Path:
    """Where the page goes. Raises ``ConfigError`` for a file that may not be replaced."""
    folder = _study_folder(names[0], outputs) if len(names) == 1 else None
    if output is None and folder is not None:
        target = folder / "report.html"
        if not target.exists() or _is_ours(target):
            return target
    else:
        target = output or Path(f"report-{re.sub(r'[^A-Za-z0-9_.-]+', '-', '-'.join(names))[:100]}.html")
    if target.is_dir():
        raise ConfigError("-o", f"{target} is a folder: name a file, such as {target / 'report.html'}")
    if not target.absolute().parent.is_dir():
        raise ConfigError("-o", f"there is no folder {target.parent}")
    if target.exists() and not overwrite:
        raise ConfigError("-o", f"{target} exists: name another file, or add --overwrite")
    return target


def _is_ours(path: Path) -> bool:
    with path.open(encoding="utf-8", errors="replace") as file:
        return GENERATOR in file.read(4000)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m sweep.report",
        description="Make one self-contained HTML page of a study or an MLflow experiment, finished or still running.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    names = "a study's folder or name, mlflow:experiment/NAME, or mlflow:RUN_ID"
    parser.add_argument("names", nargs="+", metavar="STUDY_OR_MLFLOW_EXPERIMENT", help=names)
    parser.add_argument("-o", "--output", metavar="FILE", type=Path, help="where to write the page")
    parser.add_argument("--overwrite", action="store_true", help="replace a file that exists")
    parser.add_argument("--outputs", metavar="FOLDER", default="outputs", help="where studies are (default: outputs)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
