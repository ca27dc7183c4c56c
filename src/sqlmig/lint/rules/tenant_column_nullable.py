"""Rows that may belong to nobody."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import FileContext
from sqlmig.lint.keys import tables_to_judge
from sqlmig.lint.rule import file_rule
from sqlmig.lint.values import Flag
from sqlmig.lint.words import shown
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.operations.tables import CreateTable, DropNotNull
from sqlmig.sql.schema.texts import type_text


@file_rule()
def tenant_column_nullable(file: FileContext) -> Iterator[Flag]:
    """A tenant column that may be NULL at the end of the migration, in a new table or after DROP NOT NULL.

    Effect: a row without a tenant is nobody's. A policy that compares the column hides it from everyone, unique keys
    over the column do not count it, and foreign keys over it do not check it.

    Instead: NOT NULL.

    Unless: the table was there before and the migration only adds the column, which has to be filled first; or a valid
    CHECK says that it is not null.
    """
    column = file.settings.tenant_column
    judged = {table.name: table for table in tables_to_judge(file)}
    made = {table.name: occurrence for table, occurrence in file.new_tables}
    loosened = {
        o.before.resolve(o.operation.table): o
        for o in file.running(DropNotNull)
        if isinstance(o.operation, DropNotNull) and o.operation.column == column
    }
    for name, occurrence in (made | loosened).items():
        table = judged.get(name)
        found = table.column(column) if table is not None else None
        if table is None or found is None or table.proves_not_null(column):
            continue
        shown_name, operation = shown(name, file), occurrence.operation
        written = [c.at for c in operation.columns if c.name == column] if isinstance(operation, CreateTable) else []
        yield Flag(
            f"A row of {shown_name} may have no {quote_ident(column)}: then it is nobody's. Policies hide it from every"
            " tenant, and unique and foreign keys over the column do not check it.",
            "Say NOT NULL at the column:" if name in made and found.type is not None else "Keep NOT NULL.",
            f"{quote_ident(column)} {type_text(found.type)} NOT NULL"
            if name in made and found.type is not None
            else "",
            at=written[0] if written and written[0] else operation.at,
        )
