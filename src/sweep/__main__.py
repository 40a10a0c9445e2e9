"""python -m sweep +regime=overfit: one run, or with `-m` or `+sweep=NAME` a study, under a Hydra configuration.

Exit status: 0 when every verdict is the expected one or none was expected, 1 when one is not or a trial failed,
2 for a configuration that can't be used, 130 after Ctrl-C.
"""

from __future__ import annotations

import os
import sys

from sweep.cli.arguments import arranged
from sweep.errors import ConfigError

INTERRUPTED = 130


def main() -> None:
    """The command."""
    for threads in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(threads, "1")  # tiny models on busy cores: two threads were 48 times slower than one
    os.environ["HYDRA_FULL_ERROR"] = "1"  # Hydra then lets its errors through, for us to say in a line
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    sys.argv[0] = "sweep"  # the name in Hydra's messages
    sys.exit(_run())


def _run() -> int:
    from hydra.errors import HydraException
    from omegaconf.errors import OmegaConfBaseException

    try:
        sys.argv[1:] = arranged(sys.argv[1:])
        return _composed_by_hydra()
    except (HydraException, OmegaConfBaseException, ConfigError) as error:
        return _refused(error)
    except KeyboardInterrupt:
        print("sweep: interrupted; the curves so far are kept, and the same study.name resumes it", file=sys.stderr)
        return INTERRUPTED
    except OSError as error:
        print(f"sweep: {error.filename or 'outputs'}: {error.strerror or error}", file=sys.stderr)
        return 1


def _composed_by_hydra() -> int:
    """Let Hydra compose the configuration and run it, or hand it to the sweeper; the exit status."""
    import hydra
    from omegaconf import DictConfig

    from sweep.config import resolve, schema

    status = 0
    schema.store()

    @hydra.main(config_path=str(schema.CONF), config_name="config", version_base="1.3")
    def task(composed: DictConfig) -> None:
        nonlocal status
        try:
            read = resolve.read(composed)  # before anything else is imported: a refusal takes half a second

            from sweep.cli import run

            status = run.single(read)
        except ConfigError as error:  # here, before Hydra adds a line of its own
            status = _refused(error)

    task()
    return status


def _refused(error: Exception) -> int:
    from sweep.cli.error_messages import error_message

    print(error_message(error), file=sys.stderr)
    return 2


if __name__ == "__main__":
    main()
