"""Row level security switched off."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.breaking import everywhere, is_down, is_spared
from sqlmig.lint.context import Context
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag
from sqlmig.sql.operations.tables import RowSecurity, SetRowSecurity


@rule(SetRowSecurity)
def rls_disabled(operation: SetRowSecurity, context: Context) -> Iterator[Flag]:
    """DISABLE ROW LEVEL SECURITY, and NO FORCE ROW LEVEL SECURITY.

    Effect: the policies stay, and do nothing any more: for nobody, or for the table's owner.

    Instead: leave it on, and give the role that has to see more a policy of its own.

    Unless: it is on again at the end of the migration's transaction, or was not on before; the table is made by the
    same migration or listed in `lint.exempt_tables`; nor in a down file, which takes back what its up file did.
    """
    if operation.action not in (RowSecurity.DISABLE, RowSecurity.NO_FORCE) or is_down(context.file):
        return
    name = context.before.resolve(operation.table)
    before, after = context.before.tables.get(name), context.end.tables.get(name)
    if context.settings.is_exempt(name) or after is None or (before is not None and is_spared(before, context)):
        return
    disables = operation.action is RowSecurity.DISABLE
    if before is not None and before.known_from_creation:
        was_on = before.row_security if disables else before.forced_row_security and before.row_security
        if not was_on:
            return
    on_again = after.row_security if disables else after.forced_row_security or not after.row_security
    if on_again and context.file.transaction:
        return
    shown = context.shown(operation.table)
    until = ", until it is switched on again" if on_again else ""
    where = everywhere(context, operation.table)
    if disables:
        yield Flag(
            f"Whoever may read or write {shown} reads or writes all of its rows{until}{where}: its policies do nothing"
            " any more.",
            "Leave it on; a role that has to see all rows gets a policy of its own.",
        )
    else:
        yield Flag(
            f"The policies of {shown} do not bind its owner any more{until}{where}: a session that runs as the owner"
            " reads and writes all rows.",
            "If a backfill needs it, force it again at the end of the same transaction:",
            f"ALTER TABLE {shown} FORCE ROW LEVEL SECURITY;",
        )
