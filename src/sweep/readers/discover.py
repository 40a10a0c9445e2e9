"""The histories behind what a user typed: a file, a folder with runs in it, an MLflow run."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from sweep.readers import detect, mlflow, sweep_csv, table, tensorboard, trainer_state, wandb_offline
from sweep.readers.base import Columns, NoSeriesError, Problem, Read, Reader, UnreadableError

STATE = "trainer_state.json"
LOOSE = re.compile(r".*\.(csv|tsv|jsonl|ndjson)|.*(history|log|metrics|curves|state).*\.json", re.IGNORECASE)
TELLS_NOTHING = {"trainer_state", "metrics", "curves", "history", "log", "logs", "training", "results"}


def histories(argument: str, columns: Columns) -> Read:
    """Every history behind one argument, in a stable order, and a ``Problem`` for all that cannot be read.

    Raises nothing that comes from the source.
    """
    if argument.startswith(mlflow.PREFIX):
        yield from _guarded(mlflow.read(argument, columns), argument)
        return
    path = Path(argument)
    try:
        if path.is_dir():
            yield from _folder(path, columns)
        elif path.is_file():
            yield from _guarded(detect.reader(path)(path, _name(path), columns), argument)
        elif path.exists():
            yield Problem(argument, "is no regular file")
        elif path.is_symlink():
            yield Problem(argument, f"is a link to {path.readlink()}, which is not there")
        else:
            yield Problem(argument, "no such file or folder (an MLflow run is given as mlflow:RUN_ID)")
    except UnreadableError as error:
        yield Problem(argument, str(error))
    except OSError as error:
        yield Problem(argument, f"cannot be read: {error.strerror or error}")


def _guarded(read: Read, source: str, quiet: bool = False) -> Read:
    try:
        yield from read
    except NoSeriesError as error:
        if not quiet:
            yield Problem(source, str(error))
    except UnreadableError as error:
        yield Problem(source, str(error))
    except OSError as error:
        yield Problem(source, f"cannot be read: {error.strerror or error}")
    except Exception as error:
        # A foreign library may raise anything on a damaged file, and the other files are still to be read.
        yield Problem(source, f"cannot be read: {type(error).__name__}: {' '.join(str(error).split())[:200]}")


def _folder(root: Path, columns: Columns) -> Read:
    found = False
    for path, read, name, loose in _logs(root):
        for item in _guarded(read(path, name, columns), str(path), quiet=loose):
            found = True
            yield item
    if not found:
        raise UnreadableError("no log found in this folder, nor in those below it")


def _logs(root: Path) -> Iterator[tuple[Path, Reader, str, bool]]:
    """Every log below ``root``: its place, reader and id, and whether it is only guessed to be one."""
    for here, folders, files in os.walk(root):
        folder = Path(here)
        folders[:] = sorted((name for name in folders if _worth_a_look(folder / name)), key=_natural)
        name = _label(folder) if folder == root else folder.relative_to(root).as_posix()
        known = _run_in(folder, set(files))
        if known:
            path, read = known
            yield path, read, name, False
            if read is not tensorboard.read:
                folders.clear()  # what lies below belongs to this run
            else:
                split = set(tensorboard.parts(folder))
                folders[:] = [child for child in folders if folder / child not in split]
            continue
        for file in sorted(filter(LOOSE.fullmatch, files), key=_natural):
            path = folder / file
            try:
                yield path, detect.reader(path), _name(path), True
            except (UnreadableError, OSError):
                continue  # not asked for by name


def _run_in(folder: Path, files: set[str]) -> tuple[Path, Reader] | None:
    """The one log that tells most of the run whose folder this is; ``None`` where it is no run's."""
    if sweep_csv.FILE in files and detect.reader(folder / sweep_csv.FILE) is sweep_csv.read:
        return folder / sweep_csv.FILE, sweep_csv.read
    if STATE in files:
        return folder / STATE, trainer_state.read
    saved = [path for path in folder.glob("checkpoint-*") if (path / STATE).is_file()]
    if saved:
        return max(saved, key=lambda path: _natural(path.name)) / STATE, trainer_state.read
    packed = sorted(name for name in files if name.endswith(".wandb"))
    if packed:
        return folder / packed[0], wandb_offline.read
    if any("tfevents" in name for name in files) or tensorboard.parts(folder):
        return folder, tensorboard.read
    if "metrics.csv" in files:
        return folder / "metrics.csv", table.read
    return None


def _worth_a_look(folder: Path) -> bool:
    return not folder.is_symlink() and not folder.name.startswith((".", "__"))


def _natural(name: str) -> list[tuple[int, int | str]]:
    return [(0, int(part)) if part.isdigit() else (1, part) for part in re.split(r"(\d+)", name) if part]


def _name(path: Path) -> str:
    """An id for a file: its own name, and where that is every log's name, its folder's."""
    full = path.resolve()
    if "tfevents" in full.name or full.stem.lower() in TELLS_NOTHING:
        return _label(full.parent)
    return full.stem


def _label(folder: Path) -> str:
    """A folder's name, behind that of the folder around it where it is only a number."""
    full = folder.resolve()
    numbered = re.match(r"checkpoint-|version_|\d+$", full.name)
    return f"{full.parent.name}/{full.name}" if numbered else full.name
