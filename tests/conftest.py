"""What all tests share: nothing that they start outlives them, and the fixtures that stand in several files."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from typing import Any

import psutil
import pytest
from hydra import initialize_config_dir
from hydra.core.global_hydra import GlobalHydra

from sweep.config import schema

LASTING = ("multiprocessing.forkserver", "multiprocessing.resource_tracker")
"""Processes that Python itself keeps until this one ends."""


@pytest.fixture(scope="module", autouse=True)
def _nothing_is_left_running() -> Iterator[None]:
    """Every process that a file's tests start has ended, and every port is closed, when the file is through."""
    this = psutil.Process()
    ports = {port.laddr for port in this.net_connections()}
    yield
    left = [child.cmdline() for child in this.children() if child.status() != psutil.STATUS_ZOMBIE]
    assert not [words for words in left if not any(name in " ".join(words) for name in LASTING)]
    assert {port.laddr for port in this.net_connections()} <= ports


@pytest.fixture
def loader() -> Iterator[Any]:
    """Hydra's loader of `conf`."""
    schema.store()
    with initialize_config_dir(str(schema.CONF), version_base="1.3"):
        yield GlobalHydra.instance().config_loader()


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """As far as it can be acted here: no fork server. With `sys.platform` changed, Python's own modules fail."""
    monkeypatch.setattr(multiprocessing, "get_all_start_methods", lambda: ["spawn"])
