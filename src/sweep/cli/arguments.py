"""The words of the command line, before Hydra reads them."""

from __future__ import annotations

from collections.abc import Sequence

from sweep.errors import ConfigError

FLAGS = ("-m", "--multirun")
# Hydra would make these folders, or change into them, and nothing would be written there.
WITHOUT_EFFECT = ("hydra.run.dir", "hydra.sweep.dir", "hydra.sweep.subdir", "hydra.output_subdir", "hydra.job.chdir")


def arranged(words: Sequence[str]) -> list[str]:
    """The words as Hydra wants them: its flag before the overrides, wherever it was typed.

    Raises `ConfigError` for a setting of Hydra's that has no effect here.
    """
    for word in words:
        key = word.lstrip("+").partition("=")[0]
        if key in WITHOUT_EFFECT:
            raise ConfigError(key, "has no effect here: outputs=FOLDER says where the runs are written")
    flags = [word for word in words if word in FLAGS]
    return [*flags, *(word for word in words if word not in FLAGS)]
