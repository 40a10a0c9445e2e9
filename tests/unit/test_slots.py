"""How many trials run side by side, on which GPUs, and what is refused."""

import pytest

from sweep.errors import ConfigError
from sweep.executors.local import Local, slots


def test_slots(monkeypatch):
    monkeypatch.setattr(slots, "gpus", lambda: ["0", "1"])

    def devices(workers: int | None, share: float) -> list[str]:
        return [slot.environ["CUDA_VISIBLE_DEVICES"] for slot in slots.slots(workers, share)]

    assert devices(None, 0.25) == ["0", "1"] * 4
    assert devices(3, 0.25) == ["0", "1", "0"]
    assert devices(None, 2) == ["0,1"]
    assert len(slots.slots(3, 0)) == 3
    assert len(slots.slots(None, 0)) == slots.cores() >= 1
    for workers, share in ((0, 0), (None, -1), (None, 1.5), (None, 3)):
        with pytest.raises(ConfigError, match=r"executor\."):
            slots.slots(workers, share)
    monkeypatch.setattr(slots, "gpus", list)
    with pytest.raises(ConfigError, match="no GPU is seen"):
        slots.slots(None, 1)


def test_gpus_are_those_that_are_visible(monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3,5")
    assert slots.gpus() == ["3", "5"]
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert slots.gpus() == []


@pytest.mark.usefixtures("windows")
def test_a_platform_without_a_fork_server_is_refused_with_the_way_out():
    with pytest.raises(ConfigError, match=r"executor is local, which needs a fork server.*use executor=inline"):
        Local(2)
