"""python -m sweep +regime=overfit: one run, or with `-m` or `+sweep=NAME` a study, under a Hydra configuration.

Exit status: 0 when every verdict is the expected one or none was expected, 1 when one is not or a trial failed,
2 for a configuration that can't be used, 130 after Ctrl-C.
"""

from __future__ import annotations

import os
import sys

from sweep.cli.error_messages import refusal


def main() -> None:
    """The command."""
    for threads in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(threads, "1")  # tiny models on busy cores: two threads were 48 times slower than one
    os.environ["HYDRA_FULL_ERROR"] = "1"  # Hydra then lets its errors through, for us to say in a line
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    flags = [word for word in sys.argv[1:] if word in ("-m", "--multirun")]
    rest = [word for word in sys.argv[1:] if word not in flags]
    sys.argv[1:] = [*flags, *rest]  # Hydra wants its flag before the overrides; people put it anywhere
    sys.exit(_run())


def _run() -> int:
    import hydra
    from hydra.errors import HydraException
    from omegaconf import DictConfig
    from omegaconf.errors import OmegaConfBaseException

    from sweep.config import schema
    from sweep.errors import ConfigError

    status = 0
    schema.store()

    @hydra.main(config_path=str(schema.CONF), config_name="config", version_base="1.3")
    def task(composed: DictConfig) -> None:
        nonlocal status
        try:
            from sweep.cli import run as app

            status = app.single(composed)
        except ConfigError as error:  # here, before Hydra adds a line of its own
            status = _refuse(error)

    try:
        task()
    except (HydraException, OmegaConfBaseException, ConfigError) as error:
        return _refuse(error)
    except KeyboardInterrupt:
        print(
            "sweep: interrupted; the curves so far are kept, and the same study.name goes on from here", file=sys.stderr
        )
        return 130
    except OSError as error:
        print(f"sweep: {error.filename or 'outputs'}: {error.strerror or error}", file=sys.stderr)
        return 1
    return status


def _refuse(error: Exception) -> int:
    print(refusal(error), file=sys.stderr)
    return 2


if __name__ == "__main__":
    main()
