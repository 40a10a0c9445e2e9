"""Optuna's storage: opening it, and recognising a study that was begun before."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sweep.errors import ConfigError

if TYPE_CHECKING:
    import optuna

# What is kept of a study and its trials, in the storage and in its folder. Raise it with every change after which an
# older study can't be resumed; 2: remedies have a `strength`, audits a `seed_repeat`.
FORMAT = 2
SHOWN_CHANGES = 8
Fingerprint = Mapping[str, Any]


def open_storage(url: str) -> optuna.storages.BaseStorage:
    """Optuna's storage at an SQLAlchemy URL, at `journal:PATH` for a journal file, or in `memory`.

    Raises:
        ConfigError: It can't be opened. No folder that was not there before is left behind.
    """
    import optuna
    from optuna.storages import InMemoryStorage, JournalStorage
    from optuna.storages.journal import JournalFileBackend

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    if url == "memory":
        return InMemoryStorage()
    try:
        if url.startswith("journal:"):
            path = url.removeprefix("journal:")
            with _folder_of(Path(path)):
                return JournalStorage(JournalFileBackend(path))
        return _open_database(url)
    except Exception as error:  # drivers, databases and file systems each raise errors of their own
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise ConfigError("study.storage", f"is {url!r}, which can't be opened: {reason}") from None


def open_study(
    name: str, storage: optuna.storages.BaseStorage, directions: Sequence[str], fingerprint: Fingerprint
) -> optuna.Study:
    """The study of that name, created if absent.

    Raises:
        ConfigError: A study of another version, program, configuration or number of objectives has the name.
    """
    import optuna

    fingerprint = json.loads(json.dumps(dict(fingerprint), default=str))  # as the storage returns it
    known = {summary.study_name for summary in storage.get_all_studies()}
    if name in known:
        study = optuna.load_study(study_name=name, storage=storage)
        if "format" in study.user_attrs or study.get_trials(deepcopy=False):
            _check_same_version(study)
            _check_same_study(study, directions, fingerprint)
            return study
    else:
        study = optuna.create_study(study_name=name, storage=storage, directions=list(directions))
    # The format is written last: a study that was cut off before it has no trials, and is written again.
    study.set_user_attr("fingerprint", fingerprint)
    study.set_user_attr("format", FORMAT)
    return study


def difference(was: Fingerprint, now: Fingerprint) -> list[str]:
    """The changes between two flat mappings, a line per key; keys of both before keys of one."""
    missing = "(absent)"
    keys = [*sorted({*was} & {*now}), *sorted({*was} ^ {*now})]
    return [
        f"{key}: {was.get(key, missing)} -> {now.get(key, missing)}"
        for key in keys
        if was.get(key, missing) != now.get(key, missing)
    ]


def _check_same_version(study: optuna.Study) -> None:
    stored = study.user_attrs.get("format")
    if stored == FORMAT:
        return
    origin = "another program" if stored is None else f"another version of sweep (format {stored}, here {FORMAT})"
    raise ConfigError(
        "study.name", f"is {study.study_name!r}, a study of {origin} that can't be resumed: choose another name"
    )


def _check_same_study(study: optuna.Study, directions: Sequence[str], fingerprint: Fingerprint) -> None:
    stored = study.user_attrs["fingerprint"]
    stored_directions = [direction.name.lower() for direction in study.directions]
    changes = difference(
        {**stored, "directions": stored_directions},
        {**fingerprint, "directions": list(directions)},
    )
    if not changes:
        return
    shown = "; ".join(changes[:SHOWN_CHANGES])
    if len(changes) > SHOWN_CHANGES:
        shown += f"; and {len(changes) - SHOWN_CHANGES} more"
    raise ConfigError(
        "study.name",
        f"is {study.study_name!r}, which was begun with another config ({shown}): restore it, or choose another name",
    )


def _open_database(url: str) -> optuna.storages.BaseStorage:
    import optuna

    is_file = url.startswith("sqlite:///")
    # Another program (a dashboard) may lock SQLite's file for a while.
    arguments = {"connect_args": {"timeout": 60}} if url.startswith("sqlite:") else {}
    with _folder_of(Path(url.removeprefix("sqlite:///")) if is_file else None):
        opened = optuna.storages.RDBStorage(url, engine_kwargs=arguments)
        if is_file:
            _write_ahead(opened)
        # Optuna puts a cache around a database; trials must be created through it to be known to it.
        return optuna.storages.get_storage(opened)


def _write_ahead(storage: optuna.storages.RDBStorage) -> None:
    """Let SQLite append to a log: half the time of a transaction, and readers (a dashboard) never wait.

    A killed process loses nothing. After a power cut the last trials may be missing; their folders still hold them.
    """
    from sqlalchemy import event

    def set_up(connection: Any, _: Any) -> None:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")

    event.listen(storage.engine, "connect", set_up)
    storage.engine.dispose()


@contextmanager
def _folder_of(path: Path | None) -> Iterator[None]:
    """Create the file's folder; remove what was created where the block fails."""
    created = []
    if path is not None:
        created = [folder for folder in (path.parent, *path.parent.parents) if not folder.exists()]
        path.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield
    except BaseException:
        for folder in created:
            folder.rmdir()
        raise
