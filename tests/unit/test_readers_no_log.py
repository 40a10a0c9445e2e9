"""Texts that hold no log are never read as one, and the refusal says what would be."""

from __future__ import annotations

import sysconfig
from pathlib import Path
from pydoc_data.topics import topics

import pytest

from sweep.readers import Problem, histories

LARGEST = 40_000
"""Bytes of a file that is tried: many small ones tell more than a few large ones."""
ROOTS = (sysconfig.get_paths()["stdlib"], sysconfig.get_paths()["purelib"])


def refused(path: Path) -> str:
    found = list(histories(str(path), {}))
    assert len(found) == 1, (path, found)
    assert isinstance(found[0], Problem), (path, found)
    return found[0].reason


def texts(suffix: str, count: int) -> list[Path]:
    """Files of this kind from Python's own library and from the packages beside it, evenly chosen."""
    known = sorted(path for root in ROOTS for path in Path(root).glob(f"*/{suffix}"))
    fitting = [path for path in known if 1000 < path.stat().st_size < LARGEST]
    return fitting[:: max(1, len(fitting) // count)][:count]


def test_source_code():
    files = texts("*.py", 120)
    assert len(files) == 120
    for path in files:
        refused(path)


def test_licences_and_descriptions_of_packages():
    files = texts("METADATA", 40) + texts("*.txt", 20)
    assert len(files) >= 50
    for path in files:
        refused(path)


def test_prose(tmp_path):
    chosen = sorted(topics)[:40]
    assert len(chosen) == 40
    for name in chosen:
        path = tmp_path / f"{name}.txt"
        path.write_text(topics[name])
        refused(path)


@pytest.mark.parametrize(
    "text",
    [
        "torch==2.1.0\nnumpy>=1.24,<2\ntransformers==4.40.0\nloss-functions==1.0\nepoch==3.0\n",
        "# Results\n\n| Model | Acc | Loss |\n|---|---|---|\n| small | 0.81 | 0.52 |\n| large | 0.89 | 0.41 |\n",
        "# Training\n\nWe train for 3 epochs with a weight of 0.5; the accuracy is 0.93, the validation loss 0.31.\n",
        "learning_rate: 0.001\nepochs: 10\nbatch_size: 32\nloss: 1\nval_split: 0.1\n",
        "for epoch in range(10):\n    loss = 0.5\n    val_loss = 0.25\n    print(epoch, loss)\n" * 3,
        "import numpy\nloss = 0.1\nstep = 3\nloss = 0.2\nstep = 4\nloss = 0.3\ndef f(): pass\nclass A: pass\n@x\n",
        "Loaded 50000 images\nDone in 3.2 s\n" * 50,
        "epoch 1\nepoch 2\nepoch 3\n",
        "loss 0.5\n",
        "Chapter 1: the loss of the ship\n\nOn step 3 he fell. It was 1901.\n" * 20,
        "\n".join(f"{number} bottles of beer on the wall, {number} bottles of beer" for number in range(99)),
    ],
    ids=[
        "requirements",
        "a table of models",
        "a sentence",
        "settings",
        "a loop",
        "assignments",
        "messages",
        "epochs alone",
        "one line",
        "a novel",
        "a song",
    ],
)
def test_what_only_sounds_like_a_log(tmp_path, text):
    path = tmp_path / "notes.txt"
    path.write_text(text)
    refused(path)


def test_the_refusal_says_what_would_be_one(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("nothing but words, 3 lines of them\n" * 3)
    reason = refused(path)
    assert "holds no training log" in reason
    assert "epoch 3: train_loss=0.41" in reason
    assert "--columns" in reason
    assert "\n" not in reason
