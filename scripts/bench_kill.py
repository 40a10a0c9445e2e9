"""Kill the sweep with SIGKILL at random moments, run it once more, and look at what is left.

    python scripts/bench_kill.py [--kills 20] [--seed 0] [--within 20] [-- OVERRIDES...]

An undisturbed run of the same sweep comes first. Checked afterwards: exactly the asked total of COMPLETE trials; one
FINISHED MLflow run for each; nothing RUNNING in Optuna or MLflow; every curve, in the files and in MLflow, point for
point that of the undisturbed run. Half of the kills hit the coordinator alone, half the workers with it.
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
from pathlib import Path
from typing import Any

DEFAULT = ["+regime=healthy,underfit", "seed=range(3)", "train.epochs=2"]


def main() -> int:
    """Run the campaign; the exit status is 0 where nothing is amiss."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--within", type=float, default=20, help="seconds after its start in which a sweep is killed")
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
    print("undisturbed ...", flush=True)
    start(folder, "calm", given.overrides).wait()
    for kill in range(given.kills):
        process = start(folder, "killed", given.overrides)
        after = dice.uniform(0, given.within)
        everybody = dice.random() < 0.5
        try:
            process.wait(after)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL) if everybody else process.kill()
        process.wait()
        done = len(list((folder / "out" / "killed").glob("*/result.json")))
        print(f"kill {kill + 1}: after {after:.1f} s, {'all' if everybody else 'coordinator'}; {done} done", flush=True)
    print("once more ...", flush=True)
    process = start(folder, "killed", given.overrides)
    process.wait()
    complaints = [*look_at_optuna(folder), *look_at_mlflow(folder), *look_at_files(folder)]
    if process.returncode not in (0, 1):
        complaints.append(f"the last run ended with status {process.returncode}")
    print("\n".join(complaints) or "nothing amiss")
    return 1 if complaints else 0


def start(folder: Path, name: str, overrides: list[str]) -> subprocess.Popen[bytes]:
    """The sweep under that name, in a process group of its own."""
    command = [sys.executable, "-m", "sweep", "-m", *overrides, f"outputs={folder}/out", f"study.name={name}"]
    with (folder / f"{name}.log").open("a") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
    time.sleep(0.1)
    return process


def trials(folder: Path, name: str) -> list[Any]:
    """Optuna's trials of a study."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return list(optuna.load_study(study_name=name, storage=f"sqlite:///{folder}/out/optuna.db").trials)


def look_at_optuna(folder: Path) -> list[str]:
    """What is wrong in Optuna's storage."""
    calm, killed = trials(folder, "calm"), trials(folder, "killed")
    complete = [t.user_attrs["index"] for t in killed if t.state.name == "COMPLETE"]
    reaped = sum("reaped" in t.user_attrs for t in killed)
    print(f"Optuna: {len(complete)} COMPLETE of {len(calm)}, {reaped} attempts reaped")
    wrong = [f"trial {t.user_attrs} is {t.state.name}" for t in killed if not t.state.is_finished()]
    wrong += [f"trial {t.user_attrs} failed" for t in killed if t.state.name == "FAIL" and "reaped" not in t.user_attrs]
    if sorted(complete) != list(range(len(calm))):
        wrong.append(f"Optuna: COMPLETE are {sorted(complete)}")
    values = [{t.user_attrs["index"]: t.value for t in study if t.state.name == "COMPLETE"} for study in (calm, killed)]
    if values[0] != values[1]:
        wrong.append(f"Optuna: values differ: {values[0]} {values[1]}")
    return wrong


def look_at_mlflow(folder: Path) -> list[str]:
    """What is wrong in MLflow: each trial's FINISHED run against its curves.csv."""
    from mlflow import MlflowClient

    from sweep.curves import Curves

    client = MlflowClient(f"sqlite:///{folder}/out/mlflow.db")
    experiments = [e.experiment_id for e in client.search_experiments()]
    runs = client.search_runs(experiments, "tags.`sweep.study` = 'killed'", max_results=1000)
    wrong = [f"MLflow: {r.info.run_name} is RUNNING" for r in runs if r.info.status == "RUNNING"]
    finished = [r for r in runs if r.info.status == "FINISHED" and r.data.tags.get("sweep.trial", "").isdigit()]
    print(f"MLflow: {len(finished)} FINISHED, {sum(r.info.status == 'KILLED' for r in runs)} KILLED")
    wanted = sorted(t.user_attrs["index"] for t in trials(folder, "calm"))
    if sorted(int(r.data.tags["sweep.trial"]) for r in finished) != wanted:
        wrong.append("MLflow: not one FINISHED run a trial")
    for run in finished:
        place = folder / "out" / "killed" / f"{int(run.data.tags['sweep.trial']):03d}"
        curves = Curves.from_csv((place / "curves.csv").read_text())
        for name in curves:
            steps = sorted(m.step for m in client.get_metric_history(run.info.run_id, name))
            if steps != [int(step) for step in curves[name].steps]:
                wrong.append(
                    f"MLflow: {run.info.run_name} {name}: {len(steps)} points, {len(curves[name].steps)} in file"
                )
    return wrong


def look_at_files(folder: Path) -> list[str]:
    """What is wrong in the folders: each curve against the undisturbed run's."""
    calm = sorted((folder / "out" / "calm").glob("[0-9]*"))
    killed = sorted((folder / "out" / "killed").glob("[0-9]*"))
    if [p.name for p in calm] != [p.name for p in killed]:
        return [f"folders: {[p.name for p in killed]}"]
    return [
        f"files: {b.name}/curves.csv differs"
        for a, b in zip(calm, killed, strict=True)
        if (a / "curves.csv").read_bytes() != (b / "curves.csv").read_bytes()
    ]


if __name__ == "__main__":
    sys.exit(main())
