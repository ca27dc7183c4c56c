"""How long a command takes before it does anything."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from bench.figures import Series, clean_environment, headline, timed

ROUNDS = 15
COMMANDS = {
    "python -c pass": ["-c", "pass"],
    "sqlmig --version": ["-m", "sqlmig", "--version"],
    "sqlmig --help": ["-m", "sqlmig", "--help"],
    "sqlmig apply --help": ["-m", "sqlmig", "apply", "--help"],
    "import all that a run needs": ["-c", "import sqlmig.engine, sqlmig.api"],
}


def report(rounds: int = ROUNDS) -> Iterator[str]:
    """Seconds of whole processes, in turns."""
    yield from headline(f"cold start, {rounds} rounds, median (least to most)")
    seconds: dict[str, list[float]] = {label: [] for label in COMMANDS}
    environment = clean_environment()
    for number in range(rounds + 1):
        for label, arguments in COMMANDS.items():
            took = timed([sys.executable, *arguments], environment)
            if number:  # the first round fills the caches of the file system
                seconds[label].append(took)
    for label, taken in seconds.items():
        yield Series(label, tuple(taken)).line()
