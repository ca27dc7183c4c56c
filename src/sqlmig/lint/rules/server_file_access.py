"""Files, programs and other servers, reached from the database server."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.asked import called
from sqlmig.lint.context import Context
from sqlmig.lint.rule import Inside, rule
from sqlmig.lint.values import Flag
from sqlmig.sql.operations.base import Operation
from sqlmig.sql.operations.rows import Copy, CopyEnd

_FUNCTIONS = frozenset(
    {
        *("pg_read_file", "pg_read_binary_file", "pg_ls_dir", "pg_stat_file", "lo_import", "lo_export"),
        *("pg_file_write", "dblink", "dblink_exec", "dblink_connect", "dblink_send_query"),
    }
)


@rule(Operation, inside=Inside.ALL)
def server_file_access(operation: Operation, context: Context) -> Iterator[Flag]:
    """COPY to or from a file or a program of the server, and functions that read its files or reach other servers.

    Effect: it needs a superuser or the pg_read_server_files family of roles, works on one machine only, and is the
    first thing that an attacker would use.

    Instead: bring the rows in the migration, or load them from a client.
    """
    if isinstance(operation, Copy) and operation.end in (CopyEnd.FILE, CopyEnd.PROGRAM):
        file = "reads a file of" if operation.reads else "writes a file of"
        what = "runs a program on" if operation.end is CopyEnd.PROGRAM else file
        yield Flag(f"COPY {what} the database server.", "Write the rows as INSERT, or load them from a client.")
    for call in called(operation, _FUNCTIONS):
        yield Flag(
            f"{call.name}() reaches beyond the database: files of its server, or another server.",
            "Bring the data in the migration, or load them from a client.",
            at=call.at,
        )
