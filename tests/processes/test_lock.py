import subprocess
import sys

import pytest

from sweep.errors import ConfigError
from sweep.files import lock

HOLD = """
import sys, time, pathlib
from sweep.files import lock
folder = pathlib.Path(sys.argv[1])
if sys.argv[2] == "worker":
    lock.worker(folder); print("held", flush=True); time.sleep(600)
with lock.coordinator(folder):
    print("held", flush=True); time.sleep(600)
"""


def holder(folder, role: str) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(folder), role], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    return process


def end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def test_one_coordinator_at_a_time_and_a_killed_one_leaves_nothing(tmp_path):
    process = holder(tmp_path, "coordinator")
    with pytest.raises(ConfigError, match="another process"), lock.coordinator(tmp_path):
        pass
    end(process)
    with lock.coordinator(tmp_path):
        pass


def test_a_coordinator_waits_for_workers_of_the_one_before(tmp_path):
    process = holder(tmp_path, "worker")
    with pytest.raises(ConfigError, match="still alive"), lock.coordinator(tmp_path, patience=0.1):
        pass
    end(process)
    with lock.coordinator(tmp_path, patience=10):
        pass


def test_workers_share_and_do_not_keep_their_own_coordinator_out(tmp_path):
    with lock.coordinator(tmp_path):
        first, second = lock.worker(tmp_path), lock.worker(tmp_path)
        first.release()
        second.release()
    with lock.coordinator(tmp_path):
        pass


def test_lock_files_of_workers_that_have_ended_are_removed(tmp_path):
    end(holder(tmp_path, "worker"))
    assert len(list((tmp_path / lock.WORKERS).iterdir())) == 1
    with lock.coordinator(tmp_path):
        assert not list((tmp_path / lock.WORKERS).iterdir())
        lock.worker(tmp_path).release()
    assert not list((tmp_path / lock.WORKERS).iterdir())
