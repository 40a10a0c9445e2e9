"""The logs in a folder and those below it, and what was left out."""

from __future__ import annotations

import os
import re
import stat
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from sweep.readers import detect, tensorboard
from sweep.readers.base import Reader, UnreadableError

LOOSE = re.compile(
    r".*\.(csv|tsv|jsonl|ndjson|log|out|txt|md)|.*(history|log|metrics|curves|state|results).*\.json|.*tfevents.*|.*\.wandb"
    r"|(log|training|stdout|nohup)",
    re.IGNORECASE,
)
"""Files that may be logs, by their names."""
RUN_FILES = re.compile(
    r"(diagnosis|summary|config\w*|metadata|special_tokens_map|tokenizer\w*|vocab|generation_config|added_tokens)\.(json|txt)",
    re.I,
)
MOST_FILES = 100_000


class Log(NamedTuple):
    """A log in a folder. ``sure``: the folder is a run's; else the file is only guessed to be a log."""

    path: Path
    reader: Reader
    name: str
    sure: bool


class Walk:
    """Goes through a folder; ``left_out`` counts what was passed over, by why."""

    def __init__(self, root: Path) -> None:
        self.left_out: Counter[str] = Counter()
        self._root = root
        self._seen = 0

    def logs(self) -> Iterator[Log]:
        """Every log below the root, in the order of their names."""
        for here, folders, files in os.walk(self._root):
            folder = Path(here)
            folders[:] = sorted(filter(lambda name: self._enters(folder / name), folders), key=natural)
            regular = frozenset(name for name in files if self._is_regular(folder / name))
            self._seen += len(files)
            if self._seen > MOST_FILES:
                self.left_out[f"all behind the first {MOST_FILES:,} files"] = 1
                return
            known = _run_in(folder, regular)
            if known is None:
                yield from self._loose(folder, regular)
                continue
            path, reader = known
            name = label(folder) if folder == self._root else folder.relative_to(self._root).as_posix()
            yield Log(path, reader, name, sure=True)
            split = set(tensorboard.parts(folder))
            # What lies below belongs to this run; event files may have other runs below them.
            below = [child for child in folders if folder / child not in split]
            folders[:] = below if reader is tensorboard.READER else []

    def no_log(self) -> None:
        """Count a file that was guessed to be a log and is none."""
        self.left_out["no log"] += 1

    def told(self) -> str:
        """What was left out, in a line; "" where that is nothing."""
        return ", ".join(f"{count} {why}" for why, count in sorted(self.left_out.items()))

    def _loose(self, folder: Path, files: frozenset[str]) -> Iterator[Log]:
        for file in sorted(files, key=natural):
            path = folder / file
            if not LOOSE.fullmatch(file) or RUN_FILES.fullmatch(file):
                self.left_out["not named as a log"] += 1
                continue
            try:
                yield Log(path, detect.reader(path), file_label(path), sure=False)
            except UnreadableError:
                self.no_log()
            except OSError:
                self.left_out["not readable"] += 1

    def _enters(self, folder: Path) -> bool:
        if folder.is_symlink():
            self.left_out["links"] += 1
            return False
        return not folder.name.startswith((".", "__"))

    def _is_regular(self, path: Path) -> bool:
        """Whether this is a file in the folder itself: a pipe would wait for ever, a link may lead anywhere."""
        try:
            mode = path.lstat().st_mode
        except OSError:
            return False
        if stat.S_ISLNK(mode):
            self.left_out["links"] += 1
        elif not stat.S_ISREG(mode):
            self.left_out["pipes or devices"] += 1
        return stat.S_ISREG(mode)


def _run_in(folder: Path, files: frozenset[str]) -> tuple[Path, Reader] | None:
    """The one log that tells most of the run whose folder this is; ``None`` where it is no run's."""
    for reader in detect.READERS:
        path = reader.find(folder, files) if reader.find else None
        if path is not None:
            return path, reader
    return None


def natural(name: str) -> list[tuple[int, int | str]]:
    """A key that sorts run9 before run10."""
    return [(0, int(part)) if part.isdecimal() else (1, part) for part in re.split(r"(\d+)", name) if part]


def label(folder: Path) -> str:
    """A folder's name, behind that of the folder around it where it is only a number."""
    full = folder.resolve()
    numbered = re.match(r"checkpoint-|version_|\d+$", full.name)
    return f"{full.parent.name}/{full.name}" if numbered else full.name


TELLS_NOTHING = {"trainer_state", "metrics", "curves", "history", "log", "logs", "training", "results", "readme"}


def file_label(path: Path) -> str:
    """An id for a file: its own name, and where that is every log's name, its folder's."""
    full = path.resolve()
    if "tfevents" in full.name or full.stem.lower() in TELLS_NOTHING:
        return label(full.parent)
    return full.stem
