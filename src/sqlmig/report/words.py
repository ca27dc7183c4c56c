"""Numbers, times and places as people read them."""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlmig.errors import Place
from sqlmig.project.model import version_label

if TYPE_CHECKING:
    from sqlmig.plan.results import Holder

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


def roughly(seconds: float) -> str:
    """A guess, no finer than it is good for: `1 s`, `42 s`, `3 min`, `2 h 5 min`."""
    whole = max(1, math.ceil(seconds))
    if whole < 60:
        return f"{whole} s"
    minutes = math.ceil(whole / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def rate(per_second: float, of: str = "") -> str:
    """`1,480/s`, `3.2/s`, `12/min`; with what is counted `12 steps/min`."""
    unit = f" {of}" if of else ""
    if per_second >= 0.95:
        return f"{per_second:,.0f}{unit}/s" if per_second >= 9.95 else f"{per_second:.1f}{unit}/s"
    return f"{per_second * 60:.{0 if per_second * 60 >= 9.5 else 1}f}{unit}/min"


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


def first_line(text: str) -> str:
    """A text up to its first line end."""
    return text.partition("\n")[0]


def indented(text: str, by: str = "    ") -> str:
    """Every line of a text moved to the right; empty lines stay empty."""
    return "\n".join(f"{by}{line}" if line.strip() else "" for line in text.splitlines())


def place_json(place: Place | None) -> dict[str, object] | None:
    """A place for programs."""
    if place is None:
        return None
    return {"file": place.file, "line": place.line, "column": place.column, "excerpt": place.excerpt}


def holder_json(holder: Holder) -> dict[str, object]:
    """A session that is in the way, for programs."""
    return {
        "pid": holder.pid,
        "user": holder.user,
        "application": holder.application,
        "client": holder.client,
        "state": holder.state,
        "since": moment_json(holder.since),
        "query": holder.query,
    }
