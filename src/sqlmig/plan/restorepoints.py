"""The moment before a run, as a recovery of the whole server can find it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RestorePoint:
    """Where the server's WAL was before a run changed anything."""

    name: str | None
    """Of the restore point; None when the role may not make one, or the server writes no WAL for it."""
    lsn: str | None
    timeline: int | None
    at: str
    """The server's time, ISO 8601 with its zone."""

    @property
    def stored(self) -> dict[str, object]:
        """As the history keeps it."""
        return {"name": self.name, "lsn": self.lsn, "timeline": self.timeline, "at": self.at}


def read_point(stored: Mapping[str, object]) -> RestorePoint:
    """The restore point that a row of the history has; what it does not say is None."""
    name, lsn, timeline = stored.get("name"), stored.get("lsn"), stored.get("timeline")
    return RestorePoint(
        str(name) if name else None,
        str(lsn) if lsn else None,
        timeline if isinstance(timeline, int) else None,
        str(stored["at"]),
    )


def recovery_target(point: RestorePoint) -> str:
    """The setting that makes a recovering server stop there, as postgresql.conf has it; the most exact known."""
    if point.name is not None:
        return f"recovery_target_name = '{point.name}'"
    if point.lsn is not None:
        return f"recovery_target_lsn = '{point.lsn}'"
    return f"recovery_target_time = '{point.at}'"
