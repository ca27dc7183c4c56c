"""Column types that cost a rewrite."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag
from sqlmig.sql.identifiers import quote_ident, truncate
from sqlmig.sql.operations.tables import AlterColumnType
from sqlmig.sql.schema.texts import type_text


@rule(AlterColumnType)
def alter_type_rewrite(operation: AlterColumnType, context: Context) -> Iterator[Flag]:
    """ALTER COLUMN ... TYPE to a type whose values are stored in another way.

    Effect: an ACCESS EXCLUSIVE lock on the table while it and its indexes are written anew; for some changes the rows
    or an index only. Nobody can read or write it until that is done, and prepared statements of other sessions fail.

    Instead: add a column of the new type, fill both by a trigger, copy the old rows in batches, and let the code change
    over.

    Unless: the table is made by the same migration, or PostgreSQL only has to change the catalog: varchar to a longer
    varchar or to text, numeric to more digits of the same scale, and others that were measured.
    """
    if context.is_new(operation.table):
        return
    effect, resolved = context.effect, context.before.resolve(operation.table)
    rebuilt = [name for name in effect.rewrites if name != resolved]
    if not effect.rewrites and not effect.scans and effect.certain:
        return
    table, column = context.shown(operation.table), quote_ident(operation.column)
    old = context.column_type(operation.table, operation.column)
    if resolved in effect.rewrites and effect.certain:
        change = f"From {type_text(old)} to {type_text(operation.type)}, " if old else ""
        what = f"{change}{table} is written anew"
    elif rebuilt:
        what = f"{table} is kept, but {', '.join(sorted(map(context.shown, rebuilt)))} is built again"
    elif effect.certain:
        what = f"Every row of {table} is read"
    else:
        what = (
            f"The type of {table}.{column} is not known here; if it is stored in another way, {table} is written anew"
        )
    who = table if rebuilt and resolved not in effect.rewrites else "it"
    new = quote_ident(truncate(f"{operation.column}_new"))
    collate = f" COLLATE {operation.collation}" if operation.collation is not None else ""
    yield Flag(
        f"{what}, while nobody can read or write {who}.",
        "Add a column of the new type, fill it by a trigger and in batches, and change the code over:",
        f"ALTER TABLE {table} ADD COLUMN {new} {type_text(operation.type)}{collate};",
        severity=context.severity(),
    )
