"""Where Optuna keeps a study: opening it, and knowing one of ours again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sweep.errors import StudyError

if TYPE_CHECKING:
    import optuna

FORMAT = 1
DEFAULT = "sqlite:///outputs/optuna.db"
Fingerprint = Mapping[str, Any]


def open_storage(url: str) -> optuna.storages.BaseStorage:
    """Optuna's storage at a URL: a database's, `journal:PATH` for a journal file, `memory`.

    Raises `StudyError` where it can't be opened, leaving no folder behind that was not there.
    """
    import optuna
    from optuna.storages import InMemoryStorage, JournalStorage
    from optuna.storages.journal import JournalFileBackend

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    if url == "memory":
        return InMemoryStorage()
    try:
        if url.startswith("journal:"):
            with _folder_of(Path(url.removeprefix("journal:"))):
                return JournalStorage(JournalFileBackend(url.removeprefix("journal:")))
        with _folder_of(Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite:///") else None):
            # Another program (a dashboard) may hold the file for a while.
            arguments = {"connect_args": {"timeout": 60}} if url.startswith("sqlite:") else {}
            opened = optuna.storages.RDBStorage(url, engine_kwargs=arguments)
            # Inside the cache that a study would put around it: a trial made behind the cache's back is unknown to it.
            return optuna.storages.get_storage(_write_ahead(opened) if url.startswith("sqlite:///") else opened)
    except Exception as error:  # drivers, databases and file systems each raise errors of their own
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise StudyError("study.storage", f"can't open {url!r}: {reason}") from None


def open_study(
    name: str, storage: optuna.storages.BaseStorage, directions: Sequence[str], fingerprint: Fingerprint
) -> optuna.Study:
    """The study of that name, made if absent. Raises `StudyError` where it is not this very study."""
    import optuna

    fingerprint = json.loads(json.dumps(dict(fingerprint), default=str))  # as it comes back
    known = {summary.study_name for summary in storage.get_all_studies()}
    if name in known:
        study = optuna.load_study(study_name=name, storage=storage)
        if "format" in study.user_attrs or study.get_trials(deepcopy=False):
            _compare(study, directions, fingerprint)
            return study
    else:
        study = optuna.create_study(study_name=name, storage=storage, directions=list(directions))
    # The format last: a study cut off before it is empty, and is written again.
    study.set_user_attr("fingerprint", fingerprint)
    study.set_user_attr("format", FORMAT)
    return study


def difference(was: Fingerprint, now: Fingerprint) -> list[str]:
    """What changed between two flat mappings, a line per key; keys of both before keys of one."""
    missing = "(absent)"
    keys = [*sorted({*was} & {*now}), *sorted({*was} ^ {*now})]
    return [
        f"{key}: {was.get(key, missing)} -> {now.get(key, missing)}"
        for key in keys
        if was.get(key, missing) != now.get(key, missing)
    ]


def _compare(study: optuna.Study, directions: Sequence[str], fingerprint: Fingerprint) -> None:
    attributes = study.user_attrs
    if attributes.get("format") != FORMAT:
        raise StudyError(
            "study.name",
            f"{study.study_name!r} was made by another version or program (format {attributes.get('format')}, "
            f"here {FORMAT}): take another study.name",
        )
    directions_then = [d.name.lower() for d in study.directions]
    changes = difference(
        {**attributes.get("fingerprint", fingerprint), "directions": directions_then},
        {**fingerprint, "directions": list(directions)},
    )
    if changes:
        shown = "; ".join(changes[:8]) + (f"; and {len(changes) - 8} more" if len(changes) > 8 else "")
        raise StudyError(
            "study.name",
            f"{study.study_name!r} was begun with another config ({shown}): restore it, or take another name",
        )


def _write_ahead(storage: Any) -> Any:
    """Let SQLite append to a log: half the time of a transaction, and readers (a dashboard) wait for nobody.

    A killed process loses nothing; after a power cut the last trials told may be missing, and are found by their files.
    """
    from sqlalchemy import event

    def set_up(connection: Any, _: Any) -> None:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")

    event.listen(storage.engine, "connect", set_up)
    storage.engine.dispose()
    return storage


@contextmanager
def _folder_of(path: Path | None) -> Iterator[None]:
    """Make the file's folder for the time of opening it; take away what was made where that fails."""
    made = [] if path is None else [p for p in (path.parent, *path.parent.parents) if not p.exists()]
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield
    except BaseException:
        for folder in made:
            folder.rmdir()
        raise
