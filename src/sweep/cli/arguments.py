"""The words of the command line, before Hydra reads them."""

from __future__ import annotations

from collections.abc import Sequence

from sweep.errors import ConfigError

MULTIRUN = ("-m", "--multirun")
OPTIONS = frozenset({
    *MULTIRUN, "-h", "--help", "--hydra-help", "--version", "-c", "--cfg", "--resolve", "-p", "--package", "-r",
    "--run", "-sc", "--shell-completion", "-cp", "--config-path", "-cn", "--config-name", "-cd", "--config-dir", "-i",
    "--info",
})  # fmt: skip
# Hydra would make these folders, or change into them, and nothing would be written there.
WITHOUT_EFFECT = ("hydra.run.dir", "hydra.sweep.dir", "hydra.sweep.subdir", "hydra.output_subdir", "hydra.job.chdir")


def arranged(words: Sequence[str]) -> list[str]:
    """The words as Hydra wants them: its flag before the overrides, wherever it was typed.

    Raises `ConfigError` for an unknown option, and for a setting of Hydra's that has no effect here.
    """
    for word in words:
        name = word.partition("=")[0]
        if name.startswith("-") and name not in OPTIONS:
            raise _unknown_option(name)
        if name.lstrip("+") in WITHOUT_EFFECT:
            raise ConfigError(name.lstrip("+"), "has no effect here: outputs=FOLDER says where the runs are written")
    flags = [word for word in words if word in MULTIRUN]
    return [*flags, *(word for word in words if word not in MULTIRUN)]


def _unknown_option(name: str) -> ConfigError:
    from sweep.config.keys import nearest

    near = nearest(name.lstrip("-").replace("-", "_"))
    example = f"such as {near[0]}=VALUE" if near else "and `python -m sweep --help` lists them"
    return ConfigError(name, f"is not an option: settings are written KEY=VALUE, {example}")
