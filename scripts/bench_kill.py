"""Kill a sweep with SIGKILL again and again, run it once more, and look at what is left.

    python scripts/bench_kill.py [--kills 20] [--maimed 4] [--seed 0] [--keep FOLDER] [-- OVERRIDES...]

An undisturbed run of the same sweep comes first. The moments are thrown by dice: in the start-up, in the middle of a
trial, while a result is being committed, and right after a trial has ended; they are found by watching the folder, so
that trials end between the kills. A third of the kills hit the coordinator alone, whose workers must then end by
themselves; the others its whole process group. Checked afterwards: exactly the asked total of COMPLETE trials; one
FINISHED MLflow run for each; nothing RUNNING in Optuna or MLflow; every curve, in the files and in MLflow, point for
point that of the undisturbed run. In a third study single workers are killed: these trials fail, and the same holds
for all the others.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from kill_traces import look

SIZES = [f"recipe.sizes.{part}=100" for part in ("train", "validation", "test")]
DEFAULT = ["+regime=healthy,underfit", "seed=range(12)", "engine=loop", "train.epochs=20", *SIZES]
START_UP = 10.0  # seconds
MOMENTS = ("start-up", "middle of a trial", "committing", "just ended")


def main() -> int:
    """Run the campaign; the exit status is 0 where nothing is amiss."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20, help="of the sweep")
    parser.add_argument("--maimed", type=int, default=4, help="single workers killed")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="folder to work in, kept; default: a temporary one")
    parser.add_argument("overrides", nargs="*", default=DEFAULT)
    given = parser.parse_args()
    if given.keep:
        given.keep.mkdir(parents=True)
        return campaign(given.keep, given)
    with tempfile.TemporaryDirectory() as folder:
        return campaign(Path(folder), given)


def campaign(folder: Path, given: argparse.Namespace) -> int:
    """The undisturbed run, the kills, the last run and the look at it."""
    dice = random.Random(given.seed)
    print("undisturbed ...")
    start(folder, "calm", given.overrides).wait()
    complaints: list[str] = []
    met: Counter[str] = Counter()
    for kill in range(given.kills):
        process = start(folder, "killed", given.overrides)
        moment = MOMENTS[kill % len(MOMENTS)]
        alone = dice.random() < 1 / 3
        if not wait_for(moment, folder / "out" / "killed", process, dice):
            moment = "after its end"
        process.kill() if alone else os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        met[moment] += 1
        complaints += [f"kill {kill + 1}: process {pid} lives on" for pid in left_alive(process.pid)]
        done, begun = (len(list((folder / "out" / "killed").glob(f"*/{file}"))) for file in ("result.json", "log.txt"))
        print(
            f"kill {kill + 1}: {moment}, {'coordinator' if alone else 'everybody'}; {done} done, {begun - done} cut off"
        )
    print("once more ...")
    process = start(folder, "killed", given.overrides)
    process.wait()
    if process.returncode not in (0, 1):
        complaints.append(f"the last run ended with status {process.returncode}")
    complaints += [*look(folder, "killed", victims=set())]
    if given.maimed:
        victims = maim(folder, given, dice)
        complaints += look(folder, "maimed", victims)
    print(f"{given.kills} kills: {', '.join(f'{count} x {moment}' for moment, count in met.items())}")
    print("\n".join(complaints) or "nothing amiss")
    return 1 if complaints else 0


def wait_for(moment: str, study: Path, process: subprocess.Popen[bytes], dice: random.Random) -> bool:
    """Wait for a moment to kill at; False where the process ended before it."""
    since, before = time.time(), ended(study)

    def is_reached() -> bool:
        match moment:
            case "start-up":
                return True
            case "middle of a trial":
                return bool(running(study, since))
            case "committing":
                return any((trial / "curves.csv").exists() for trial in running(study, since))
            case _:
                return ended(study) - before >= more

    more = dice.randint(1, 3)
    late = {"start-up": START_UP, "middle of a trial": 2.0, "committing": 0.6, "just ended": 0.2}[moment]
    return until(is_reached, process) and not ends_within(process, dice.uniform(0, late))


def until(is_reached: Callable[[], bool], process: subprocess.Popen[bytes]) -> bool:
    """Wait for something; False where the process ends before it."""
    while not is_reached():
        if ends_within(process, 0.003):
            return False
    return True


def ends_within(process: subprocess.Popen[bytes], seconds: float) -> bool:
    """Whether the process ends in that time."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def ended(study: Path) -> int:
    """Trials that have committed their result."""
    return len(list(study.glob("[0-9]*/result.json")))


def running(study: Path, since: float) -> list[Path]:
    """Folders of the trials that have begun since then, and not ended."""
    begun = [note.parent for note in study.glob("[0-9]*/record.json") if note.stat().st_mtime > since]
    return [trial for trial in begun if not (trial / "result.json").exists()]


def left_alive(session: int, patience: float = 60.0) -> list[str]:
    """Processes of a killed sweep that have not ended by themselves: not soon, where they are still importing."""
    deadline = time.monotonic() + patience
    while True:
        listed = subprocess.run(["ps", "-o", "pid=,stat=", "-s", str(session)], capture_output=True, text=True)
        living = [line.split()[0] for line in listed.stdout.splitlines() if "Z" not in line.split()[1]]
        if not living or time.monotonic() > deadline:
            return living
        time.sleep(0.05)


def maim(folder: Path, given: argparse.Namespace, dice: random.Random) -> set[int]:
    """Run the sweep and kill single workers of it; the trials that they were running."""
    study, since = folder / "out" / "maimed", time.time()
    process = start(folder, "maimed", given.overrides)
    victims: set[int] = set()

    def workers() -> dict[Path, int]:
        found = {trial: pid for trial in running(study, since) for pid in writers(trial / "log.txt", process.pid)}
        return {trial: pid for trial, pid in found.items() if int(trial.name) not in victims}

    while len(victims) < given.maimed and until(lambda: bool(workers()), process):
        ends_within(process, dice.uniform(0, 4))
        if living := workers():
            trial, pid = dice.choice(sorted(living.items()))
            os.kill(pid, signal.SIGKILL)
            victims.add(int(trial.name))
            print(f"killed the worker of trial {trial.name}", flush=True)
    process.wait()
    return victims


def writers(log: Path, session: int) -> list[int]:
    """Processes of the session whose standard output is that file."""
    listed = subprocess.run(["ps", "-o", "pid=", "-s", str(session)], capture_output=True, text=True)
    return [int(pid) for pid in listed.stdout.split() if os.path.realpath(f"/proc/{pid}/fd/1") == str(log.resolve())]


def start(folder: Path, name: str, overrides: list[str]) -> subprocess.Popen[bytes]:
    """The sweep under that name, in a process group of its own."""
    command = [sys.executable, "-m", "sweep", "-m", *overrides, f"outputs={folder}/out", f"study.name={name}"]
    with (folder / f"{name}.log").open("a") as log:
        return subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)


if __name__ == "__main__":
    sys.exit(main())
