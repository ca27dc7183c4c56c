"""The command line: one file per command, options -> api -> report -> exit status. Only here is click imported."""

from __future__ import annotations

import gc
import sys

COLLECT_EVERY = 100_000
"""How many new objects there are before cycles are looked for. Python's own 700 cost a tenth of a short command."""


def main() -> None:
    """Runs the command line and ends the process with its exit status."""
    gc.set_threshold(COLLECT_EVERY, 20, 50)
    # Imported late: whoever imports a package shall not pay for what is in it.
    from sqlmig.cli.run import run

    status = run(sys.argv[1:])
    # What is left is not searched for cycles once more: the process gives it back whole.
    gc.freeze()
    sys.exit(status)
