"""Foreign keys that go, with a lock on the other table."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.breaking import is_down
from sqlmig.lint.context import Context
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag, Severity
from sqlmig.lint.words import listed
from sqlmig.sql.operations.tables import DropConstraint, DropTable


@rule(DropConstraint, DropTable, severity=Severity.WARNING)
def drop_fk_locks_both(operation: DropConstraint | DropTable, context: Context) -> Iterator[Flag]:
    """DROP CONSTRAINT of a foreign key, or DROP TABLE of a table that has one.

    Effect: an ACCESS EXCLUSIVE lock on the referenced table too. It is short, but until it is granted nobody can read
    or write a table that the statement does not even name.

    Instead: a migration of its own, so that the lock is not held for anything else; the runner's lock_timeout keeps the
    queue short.

    Unless: it is the only thing that its migration does, or the tables are made by the same migration; nor in down
    files, which cannot be cut into several.
    """
    own = context.before.resolve(operation.table)
    others = [name for name in context.effect.locks if name != own and not context.is_new(name)]
    if context.is_new(operation.table) or not others or len(context.file.statements) == 1 or is_down(context.file):
        return
    shared = any(context.is_shared(name) for name in others)
    names = listed(sorted(map(context.shown, others)))
    times = f", once for each of {context.settings.lint.tenants} tenants" if shared else ""
    yield Flag(
        f"This locks {names} as well, against reads and writes, to the end of this transaction{times}.",
        "Put it into a migration of its own:",
        context.written,
        severity=context.severity(),
    )
