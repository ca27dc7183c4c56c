"""What row level security does not work with."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.breaking import is_down
from sqlmig.lint.context import Context
from sqlmig.lint.granted import roles
from sqlmig.lint.rowsecurity import is_protected
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag, Severity
from sqlmig.lint.words import listed
from sqlmig.sql.operations.access import Grant
from sqlmig.sql.operations.base import Kind
from sqlmig.sql.operations.rows import Copy


@rule(Copy, Grant, severity=Severity.WARNING)
def rls_unsupported_op(operation: Copy | Grant, context: Context) -> Iterator[Flag]:
    """COPY FROM into a table whose row level security is forced; GRANT of TRUNCATE or REFERENCES on one that has it.

    Effect: COPY FROM fails for every role that row level security binds. TRUNCATE removes the rows of all tenants
    without asking a policy. With REFERENCES a role can find out by a foreign key which keys other tenants have.

    Instead: INSERT; and grant neither of the two. What the statement TRUNCATE does, rule `truncate` says.
    """
    if isinstance(operation, Copy):
        table = context.before.table(operation.table) if operation.reads and operation.table is not None else None
        if table is not None and table.row_security and table.forced_row_security:
            yield Flag(
                f"COPY FROM fails: row level security of {context.shown(table.name)} binds its owner, too, and COPY"
                " FROM does not support it. Only a superuser or a role with BYPASSRLS gets through.",
                "Write the rows as INSERT, with the tenant's setting set.",
            )
        return
    named = [one.name for one in operation.privileges if one.name in ("truncate", "references")]
    if operation.revoke or operation.kind is not Kind.TABLE or not named or is_down(context.file):
        return
    known = [context.end.table(name) for name in operation.objects]
    tables = [context.shown(table.name) for table in known if table is not None and is_protected(table, context.whole)]
    for privilege in named if tables else ():
        does = (
            "can remove all rows of {}: TRUNCATE asks no policy"
            if privilege == "truncate"
            else "can find out which keys there are in {}: the check of a foreign key asks no policy"
        )
        yield Flag(
            f"{roles(operation)} {does.format(listed(tables))}.",
            f"Leave {privilege.upper()} out.",
        )
