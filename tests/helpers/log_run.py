"""One run of six epochs, and what stands around its lines in real logs: for the tests of the readers."""

from __future__ import annotations

from dataclasses import dataclass, field

TRAIN = (2.303, 1.71, 1.32, 1.05, 0.88, 0.794)
VAL = (2.21, 1.8, 1.45, 1.29, 1.31, 1.4)
ACC = (0.11, 0.35, 0.48, 0.56, 0.6, 0.61)
EPOCHS = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0)
FROM_ZERO = (0.0, 1.0, 2.0, 3.0, 4.0, 5.0)
HUNDREDS = (100.0, 200.0, 300.0, 400.0, 500.0, 600.0)
SERIES = {"train_loss": TRAIN, "val_loss": VAL}

NOISE = (
    "/usr/lib/python3.11/site-packages/torch/optim/lr_scheduler.py:149: UserWarning: Detected call of `step()`",
    "  warnings.warn(",
    "",
    "WARNING:root:NaN or Inf found in 3 of 1200 batches, skipped",
    "Traceback (most recent call last):",
    '  File "/home/me/train.py", line 212, in main',
    "    loss = criterion(output, target)  # 0.5 * loss",
    "RuntimeError: CUDA out of memory. Tried to allocate 2.00 GiB (GPU 0; 23.69 GiB total capacity)",
    "Saving checkpoint to runs/exp3/epoch_2.pt",
    "GPU memory 8123 MB, 92 % of 8192, 71 C, fan 44 %",
    "Loaded 50000 training images and 10000 validation images in 3.2 s",
    "learning_rate: 0.001  batch_size: 32  num_epochs: 6  weight_decay: 0.01  patience: 3",
    "val_loss improved from 1.45000 to 1.29000, saving model to best.keras",
    "----------------------------------------",
)


@dataclass(frozen=True)
class Kind:
    """One way of printing a run.

    Args:
        line: what an epoch prints: ``{e}`` is its number, ``{z}`` that from 0, ``{t}``, ``{v}`` and ``{a}`` are the
            losses and the accuracy, ``{p}`` the accuracy in percent.
        head: what is printed before.
        series: what has to be read, by our names.
        steps: on which steps.
    """

    line: str
    head: str = ""
    series: dict[str, tuple[float, ...]] = field(default_factory=lambda: dict(SERIES))
    steps: tuple[float, ...] = EPOCHS

    @property
    def text(self) -> str:
        """The whole log."""
        return self.head + "\n".join(self.lines) + "\n"

    @property
    def lines(self) -> list[str]:
        """What each epoch prints."""
        rows = zip((1, 2, 3, 4, 5, 6), TRAIN, VAL, ACC, strict=True)
        return [self.line.format(e=e, z=e - 1, t=t, v=v, a=a, p=f"{100 * a:.1f}") for e, t, v, a in rows]


WITH_ACC = {**SERIES, "val_acc": ACC}
ONE_LOSS = {"train_loss": TRAIN}


def around(kind: Kind) -> str:
    """A log in the middle of other lines."""
    noise = "\n".join(NOISE)
    return f"{noise}\n{kind.text}{noise}\n"


def between(kind: Kind) -> str:
    """A log with other lines behind each of its own."""
    out = kind.head
    for place, line in enumerate(kind.text.removeprefix(kind.head).split("\n")):
        out += f"{line}\n{NOISE[place % len(NOISE)]}\n"
    return out
