"""Times with and without a zone."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag, Severity
from sqlmig.sql.operations.tables import AlterColumnType

_PAIRS = frozenset({("timestamp", "timestamptz"), ("timestamptz", "timestamp")})


@rule(AlterColumnType, severity=Severity.WARNING)
def alter_type_tz(operation: AlterColumnType, context: Context) -> Iterator[Flag]:
    """Timestamp to timestamptz, or back, in a session whose TimeZone is not known to be UTC.

    Effect: the times are read in the session's TimeZone, so what they mean depends on who runs the migration. With any
    zone but UTC the table is written anew, under an ACCESS EXCLUSIVE lock.

    Instead: SET LOCAL timezone = 'UTC' above it: no row is touched then.

    Unless: `lint.timezone` says that migrations run in UTC, or there is a USING, which says what is meant.
    """
    old = context.column_type(operation.table, operation.column)
    if old is None or operation.using is not None or context.is_new(operation.table) or context.timezone_is_utc:
        return
    if (old.builtin, operation.type.builtin) in _PAIRS:
        yield Flag(
            "What these times mean from now on depends on the TimeZone of the session that runs this.",
            "If they are in UTC, say so; then no row is touched:",
            f"SET LOCAL timezone = 'UTC';\n{context.written}",
        )
