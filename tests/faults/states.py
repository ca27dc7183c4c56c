"""What a database tells after a run: history, catalog, and what should not be left of a run that has ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sessions import Connection, advisory_locks, sessions_of_sqlmig

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class History:
    """What counts as applied, and what was done; without the times, which differ from run to run."""

    applied: frozenset[Row]
    """Migrations and repeatables, with schema, label and checksums."""
    digests: frozenset[Row]
    done: tuple[Row, ...]
    """Each step that the log has as done, as often as it has it."""

    def units(self, schema: str) -> frozenset[str]:
        """The labels of what is applied to a schema."""
        return frozenset(row[1] for row in self.applied if row[0] == schema)


def history_of(connection: Connection) -> History:
    """Reads the history."""
    return History(
        frozenset(connection.execute(_APPLIED)),
        frozenset(connection.execute(_DIGESTS)),
        tuple(connection.execute(_DONE).fetchall()),
    )


def progress_of(connection: Connection) -> dict[str, str]:
    """By schema, the step outside of a transaction that was begun and is not finished."""
    return dict(connection.execute(_PROGRESS).fetchall())


def left_over(connection: Connection) -> list[str]:
    """What a run that has ended well leaves to nobody: empty when all is clean."""
    return [
        *(f"INVALID index {name}" for (name,) in connection.execute(_INVALID)),
        *(f"advisory lock {mode}" for mode in advisory_locks(connection)),
        *(f"session {pid} of sqlmig" for pid in sessions_of_sqlmig(connection)),
        *(f"idle transaction of {pid}" for (pid,) in connection.execute(_IDLE)),
        *(f"run {run} has no end" for (run,) in connection.execute(_UNFINISHED)),
        *(f"progress of {schema}: {label}" for schema, label in progress_of(connection).items()),
    ]


_APPLIED = """
SELECT t.schema_name, lpad(a.version::text, 4, '0') || '_' || a.name, a.algorithm, a.checksum, a.rendered,
       a.down_checksum, a.baseline
FROM sqlmig.applied a JOIN sqlmig.target t USING (track, target)
UNION ALL
SELECT t.schema_name, r.name, r.algorithm, r.checksum, r.rendered, NULL, NULL
FROM sqlmig.repeatable r JOIN sqlmig.target t USING (track, target)"""
_DIGESTS = "SELECT track, target, schema_name, digest, head FROM sqlmig.target"
_DONE = """
SELECT schema_name, version, name, action FROM sqlmig.log
WHERE outcome = 'done' AND action IN ('up', 'down') ORDER BY 1, 2, 3, 4"""
_PROGRESS = """
SELECT t.schema_name, lpad(p.version::text, 4, '0') || '_' || p.name
FROM sqlmig.progress p JOIN sqlmig.target t USING (track, target)"""
_INVALID = "SELECT indexrelid::regclass::text FROM pg_catalog.pg_index WHERE NOT indisvalid"
_IDLE = """
SELECT pid FROM pg_catalog.pg_stat_activity
WHERE datname = current_database() AND state LIKE 'idle in transaction%' AND pid <> pg_backend_pid()"""
_UNFINISHED = "SELECT run_id FROM sqlmig.run WHERE finished_at IS NULL"
