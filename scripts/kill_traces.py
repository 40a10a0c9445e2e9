"""What killed sweeps have left in Optuna, MLflow and their folders, against an undisturbed one: for bench_kill.py."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any


def look(folder: Path, name: str, victims: set[int]) -> list[str]:
    """What is wrong with the study of that name; the trials in `victims` may have failed, the others not."""
    states = {t.user_attrs["index"]: t.state.name for t in trials(folder, name) if "reaped" not in t.user_attrs}
    failed = {index for index, state in states.items() if state == "FAIL"}
    print(f"{name}: {list(states.values()).count('COMPLETE')} COMPLETE, {len(failed)} FAIL", flush=True)
    found = [
        *in_optuna(folder, name, failed, victims),
        *in_mlflow(folder, name, failed),
        *in_files(folder, name, failed),
    ]
    return [f"{name}: {line}" for line in found]


def trials(folder: Path, name: str) -> list[Any]:
    """Optuna's trials of a study."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return list(optuna.load_study(study_name=name, storage=f"sqlite:///{folder}/out/optuna.db").trials)


def in_optuna(folder: Path, name: str, failed: set[int], victims: set[int]) -> Iterator[str]:
    """Every trial of the undisturbed study once, with its value, and none open."""
    calm, mine = ({t.user_attrs["index"]: t for t in counted(trials(folder, study))} for study in ("calm", name))
    found = trials(folder, name)
    print(f"  Optuna: {sum('reaped' in t.user_attrs for t in found)} attempts reaped", flush=True)
    yield from (f"Optuna: {t.user_attrs} is {t.state.name}" for t in found if not t.state.is_finished())
    yield from (f"Optuna: trial {index} failed" for index in sorted(failed - victims))
    if len(counted(found)) != len(calm) or set(mine) != set(calm):
        yield f"Optuna: the trials that count are {sorted(t.user_attrs['index'] for t in counted(found))}"
    for index in sorted(set(mine) & set(calm) - failed):
        if mine[index].value != calm[index].value:
            yield f"Optuna: trial {index} has {mine[index].value}, undisturbed {calm[index].value}"


def counted(found: list[Any]) -> list[Any]:
    """The attempts that count."""
    return [t for t in found if "reaped" not in t.user_attrs]


def in_mlflow(folder: Path, name: str, failed: set[int]) -> Iterator[str]:
    """One FINISHED run for each trial, with every point of its curves.csv once; none RUNNING."""
    from mlflow import MlflowClient

    from sweep.curves import Curves

    client = MlflowClient(f"sqlite:///{folder}/out/mlflow.db")
    experiments = [e.experiment_id for e in client.search_experiments()]
    runs = client.search_runs(experiments, f"tags.`sweep.study` = '{name}'", max_results=1000)
    states = [run.info.status for run in runs]
    print(f"  MLflow: { {state: states.count(state) for state in sorted(set(states))} }", flush=True)
    yield from (f"MLflow: {run.info.run_name} is RUNNING" for run in runs if run.info.status == "RUNNING")
    tagged = [(run.data.tags["sweep.trial"], run) for run in runs if run.info.status == "FINISHED"]
    finished = [(int(trial), run) for trial, run in tagged if trial != "all"]
    wanted = sorted({t.user_attrs["index"] for t in trials(folder, "calm")} - failed)
    if sorted(trial for trial, _ in finished) != wanted:
        yield f"MLflow: FINISHED are {sorted(trial for trial, _ in finished)}"
    if [trial for trial, _ in tagged].count("all") != 1:
        yield "MLflow: not one FINISHED parent"
    for trial, run in finished:
        curves = Curves.from_csv((folder / "out" / name / f"{trial:03d}" / "curves.csv").read_text())
        for series in curves:
            points = sorted((m.step, m.value) for m in client.get_metric_history(run.info.run_id, series))
            kept = zip(curves[series].steps.tolist(), curves[series].values.tolist(), strict=True)
            if repr(points) != repr([(int(step), value) for step, value in kept]):  # as text, where a NaN is itself
                yield f"MLflow: {run.info.run_name} {series} is not as in curves.csv"


def in_files(folder: Path, name: str, failed: set[int]) -> Iterator[str]:
    """A folder for each trial; each curve byte for byte that of the undisturbed run."""
    calm, mine = ({p.name: p for p in (folder / "out" / study).glob("[0-9]*")} for study in ("calm", name))
    if set(calm) != set(mine):
        yield f"folders: {sorted(mine)}"
    for trial in sorted(set(calm) & set(mine)):
        if int(trial) in failed:
            if not (mine[trial] / "error.txt").is_file():
                yield f"files: {trial} failed and has no error.txt"
        elif (calm[trial] / "curves.csv").read_bytes() != (mine[trial] / "curves.csv").read_bytes():
            yield f"files: {trial}/curves.csv differs"
