"""New names for tables and views."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.breaking import everywhere, prepared_fail, renaming, view_in_place
from sqlmig.lint.context import Context
from sqlmig.lint.lookup import READABLE
from sqlmig.lint.names import loses_name
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.operations.objects import Rename
from sqlmig.sql.reader import Name
from sqlmig.sql.schema.tables import Table


@rule(Rename)
def rename_table(operation: Rename, context: Context) -> Iterator[Flag]:
    """RENAME TO of a table or view that was there before this migration.

    Effect: code that knows the old name fails from that moment on, code that knows the new one fails before it. No
    moment is right to deploy the one in place of the other.

    Instead: leave a view by the old name, in the same transaction, until no code uses it. With
    `-- sqlmig: phase contract` a rename is an info.

    Unless: the table is made by the same migration, is temporary, or something else has its old name in the end. A down
    file may give the old name back.
    """
    if operation.kind not in READABLE or not loses_name(operation, context):
        return
    relation, old = context.before.relation(operation.name), context.before.resolve(operation.name)
    shown, new = context.shown(operation.name), context.shown(Name(old.schema, operation.new))
    writable = "; it takes writes as well" if isinstance(relation, Table) else ""
    yield renaming(
        context,
        shown,
        new,
        f"Leave a view by the old name until no code uses it{writable}:",
        f"ALTER {operation.kind.value.upper()} {shown} RENAME TO {quote_ident(operation.new)};\n"
        f"{view_in_place(context, shown, new)}",
        where=everywhere(context, operation.name),
        then=prepared_fail(shown),
    )
