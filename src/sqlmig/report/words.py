"""Numbers, times and places as people read them."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from sqlmig.errors import Place
from sqlmig.project.model import version_label

EXAMPLES = 3
"""How many of many names a sentence shows."""


def counted(number: int, noun: str) -> str:
    """`1 migration`, `2,000 migrations`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def duration(seconds: float) -> str:
    """`12 ms`, `3.4 s`, `2 min 5 s`, `1 h 2 min`."""
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def moment(at: datetime.datetime | None) -> str:
    """A time to the second, in UTC, the same on every machine; `-` when there is none."""
    return at.astimezone(datetime.UTC).strftime("%Y-%m-%d %H:%M:%S") if at is not None else "-"


def moment_json(at: datetime.datetime | None) -> str | None:
    """A time for programs: ISO 8601, in UTC."""
    return at.astimezone(datetime.UTC).isoformat() if at is not None else None


def version(number: int) -> str:
    """A version as file names write it; `-` when nothing is applied."""
    return version_label(number) if number else "-"


def some(names: Sequence[str], shown: int = EXAMPLES) -> str:
    """The first names, and how many more there are."""
    listed = ", ".join(names[:shown])
    more = len(names) - shown
    return f"{listed} and {more:,} more" if more > 0 else listed


def indented(text: str, by: str = "    ") -> str:
    """Every line of a text moved to the right; empty lines stay empty."""
    return "\n".join(f"{by}{line}" if line.strip() else "" for line in text.splitlines())


def place_json(place: Place | None) -> dict[str, object] | None:
    """A place for programs."""
    if place is None:
        return None
    return {"file": place.file, "line": place.line, "column": place.column, "excerpt": place.excerpt}
