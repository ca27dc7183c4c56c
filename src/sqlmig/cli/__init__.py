"""The command line: one file per command, options -> api -> report -> exit status. Only here is click imported."""

from __future__ import annotations

import sys


def main() -> None:
    """Runs the command line and ends the process with its exit status."""
    # Imported late: whoever imports a package shall not pay for what is in it.
    from sqlmig.cli.run import run

    sys.exit(run(sys.argv[1:]))
