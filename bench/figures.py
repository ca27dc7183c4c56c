"""Figures as people read them, and what a process took."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Series:
    """The seconds that the same work took, round after round."""

    label: str
    seconds: tuple[float, ...]

    @property
    def middle(self) -> float:
        """The median, in seconds."""
        return median(self.seconds)

    def line(self, *, beside: str = "") -> str:
        """Median and range in milliseconds."""
        middle, least, most = (f"{value * 1000:,.0f}" for value in (self.middle, min(self.seconds), max(self.seconds)))
        return f"  {self.label:<46} {middle:>7} ms   ({least} to {most}){beside}"


def headline(text: str) -> Iterator[str]:
    """A heading of the report."""
    yield ""
    yield text
    yield "-" * len(text)


def timed(command: Sequence[str], environment: Mapping[str, str]) -> float:
    """Seconds that a process took from its start to its end.

    Raises:
        RuntimeError: it failed; with what it said.
    """
    began = time.perf_counter()
    done = subprocess.run(command, env=dict(environment), capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - began
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr}")
    return seconds


def clean_environment() -> dict[str, str]:
    """The process's environment without settings of PostgreSQL, sqlmig and Python: modules are compiled once."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PG", "SQLMIG_", "PYTHON"))}


def machine() -> str:
    """What the figures were taken on."""
    return f"Python {sys.version.split()[0]}, {os.cpu_count()} CPUs, {sys.platform}"
