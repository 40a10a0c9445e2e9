"""Diagnose curves from foreign logs: `python -m sweep.diagnose LOG...`."""

import sys
import warnings

from sweep.cli.diagnose import main


def command() -> None:
    """The command; ends with its exit status."""
    if not sys.warnoptions:
        warnings.simplefilter("ignore")  # of libraries that read a log: nothing that this command's user can mend
    sys.exit(main())


if __name__ == "__main__":
    command()
