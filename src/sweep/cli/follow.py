"""A run that is watched while its log grows: ``tail -f train.log | python -m sweep.diagnose --follow -``."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import BinaryIO

from sweep.cli.diagnosis_output import panel
from sweep.cli.judgement import Judged, judge
from sweep.cli.printable import printable
from sweep.curves import Curves
from sweep.diagnosis import Alert, Baseline, Monitor
from sweep.readers import History, UnreadableError
from sweep.readers.text.lines import lines
from sweep.readers.text.log import TextLog
from sweep.readers.text.reader import FEWEST_AMONG_OTHERS, histories

OFTEN = 100
"""Lines with a number up to which each is looked at; then whenever there is a hundredth more of them."""
NAME = "standard input"

Say = Callable[[str], None]


class Watch:
    """Feeds a monitor with what is new in a growing log, and says what it says.

    Args:
        columns: the user's own naming.
        baseline: what a constant predictor reaches, where known.
        say: takes one line to be shown.
        as_json: whether lines are JSON objects.
    """

    def __init__(self, columns: Mapping[str, str], baseline: Baseline | None, say: Say, as_json: bool = False) -> None:
        self._columns = dict(columns)
        self._baseline = baseline
        self._say = say
        self._as_json = as_json
        self._log = TextLog(columns)
        self._monitor = Monitor(baseline)
        self._read: Mapping[str, str] = {}
        self._fed: dict[str, int] = {}
        self._said: set[str] = set()
        self._looked = 0

    def feed(self, line: str, overwritten: bool = False) -> None:
        """Take the next line of the log."""
        measured = self._log.feed(line, overwritten)
        if measured and self._log.records > self._looked + self._looked // OFTEN:
            self._looked = self._log.records
            self._look()

    def close(self) -> Judged | None:
        """The verdict on all that was logged; ``None`` where that was no run. Says why."""
        self._log.close()
        try:
            history = self._history()
        except UnreadableError as error:
            self._say(printable(error))
            return None
        self._feed(history.curves)
        return judge(history, self._baseline)

    def _history(self) -> History:
        """The latest run in the log. Raises ``UnreadableError`` where there is none yet."""
        found = [item for item in histories(self._log, "-", NAME, self._columns) if isinstance(item, History)]
        return found[-1]

    def _look(self) -> None:
        if self._log.records < FEWEST_AMONG_OTHERS:
            return
        try:
            history = self._history()
        except UnreadableError:
            return
        columns = {ours: theirs for ours, theirs in history.columns.items() if ours not in ("epoch", "learning_rate")}
        if columns != self._read:
            self._read = columns
            self._restart()
            self._tell_reading(judged=Judged(history, self._monitor.diagnosis, None))
        if any(len(history.curves[name]) < count for name, count in self._fed.items()):
            self._restart()  # another run began
        self._feed(history.curves)

    def _restart(self) -> None:
        self._monitor = Monitor(self._baseline)
        self._fed = {}

    def _feed(self, curves: Curves) -> None:
        """Give the monitor the points that it has not seen, in the order of their steps."""
        fresh: dict[float, dict[str, float]] = {}
        for name in curves:
            series = curves[name]
            begin = self._fed.get(name, 0)
            for step, value in zip(series.steps[begin:].tolist(), series.values[begin:].tolist(), strict=True):
                fresh.setdefault(step, {})[name] = value
            self._fed[name] = len(series)
        for step in sorted(fresh):
            for alert in self._monitor.add(step, fresh[step]):
                self._alert(alert)

    def _alert(self, alert: Alert) -> None:
        if alert.name in self._said:
            return
        self._said.add(alert.name)
        if self._as_json:
            self._say(json.dumps({"step": alert.step, "name": alert.name, "text": alert.text}))
        else:
            self._say(f"step {alert.step:g}: {alert.name}: {printable(alert.text)}")

    def _tell_reading(self, judged: Judged) -> None:
        if self._as_json:
            self._say(json.dumps({"columns": dict(judged.history.columns)}))
        else:
            self._say(f"reading {judged.understood}")


def follow(
    stream: BinaryIO, columns: Mapping[str, str], baseline: Baseline | None, say: Say, as_json: bool = False
) -> Judged | None:
    """Watch a stream until it ends; the verdict on all of it, ``None`` where it held no run."""
    watch = Watch(columns, baseline, say, as_json)
    for line, overwritten in lines(stream):
        watch.feed(line, overwritten)
    judged = watch.close()
    if judged is not None and as_json:
        say(json.dumps(judged.to_dict(), allow_nan=False))
    elif judged is not None:
        panel(judged)
    return judged
