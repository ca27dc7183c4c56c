"""Durations as PostgreSQL's settings write them, the unit always spelled out."""

from __future__ import annotations

import re

MAX_MILLISECONDS = 2**31 - 1
"""PostgreSQL holds its timeouts in an int of milliseconds."""

_DURATION = re.compile(r"(?P<count>[0-9]{1,9})(?P<unit>ms|s|min|h|d)")
_MILLISECONDS = {"ms": 1, "s": 1_000, "min": 60_000, "h": 3_600_000, "d": 86_400_000}


def milliseconds(duration: str) -> int:
    """A duration such as `500ms`, `3s`, `2min`, `1h` or `0` in milliseconds.

    Raises:
        ValueError: it is none; the text says what is wrong, to be put behind the name of the setting.
    """
    if duration == "0":
        return 0
    match = _DURATION.fullmatch(duration)
    if match is None:
        raise ValueError(f"needs a duration with its unit (ms, s, min, h, d), such as 3s, not '{duration}'")
    return int(match["count"]) * _MILLISECONDS[match["unit"]]


def duration_problem(duration: str) -> str | None:
    """What is wrong with a duration as a timeout, or None."""
    try:
        fits = milliseconds(duration) <= MAX_MILLISECONDS
    except ValueError as error:
        return str(error)
    return None if fits else "is longer than PostgreSQL can wait: 24 days"
