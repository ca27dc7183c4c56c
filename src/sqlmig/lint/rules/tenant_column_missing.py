"""Tables of tenants' rows without the tenant column."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import FileContext
from sqlmig.lint.keys import tables_to_judge
from sqlmig.lint.rule import file_rule
from sqlmig.lint.tenantlist import expected_type, tenant_list
from sqlmig.lint.values import Flag
from sqlmig.lint.words import shown
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.operations.tables import CreateTable, DropColumn
from sqlmig.sql.schema.texts import type_text


@file_rule()
def tenant_column_missing(file: FileContext) -> Iterator[Flag]:
    """A new table of tenants' rows that has no tenant column at the end of its migration, or a table that loses it.

    Effect: nothing says whose a row is. No policy can keep the rows of one tenant from the others, and no query can
    ask for those of one tenant.

    Instead: give the table the column, NOT NULL and of the type that the others have; or list the table in
    `lint.exempt_tables` if it holds no tenant's rows.

    Unless: `lint.tenancy` is `schema`; the table is temporary or a partition; or other tables' tenant columns refer to
    it, for then it lists the tenants.
    """
    column = quote_ident(file.settings.tenant_column)
    judged = {table.name: table for table in tables_to_judge(file)}
    for table, created in file.new_tables:
        if table.name in judged and table.column(file.settings.tenant_column) is None:
            written = isinstance(created.operation, CreateTable)
            yield Flag(
                f"{shown(table.name, file)} has no {column}: nothing says whose a row is, so no policy can keep the"
                " rows of one tenant from the others.",
                f"{'Give it the column' if written else 'Select the column too'}, or list the table in"
                f" `lint.exempt_tables` if it holds no tenant's rows{':' if written else '.'}",
                _definition(file) if written else "",
                at=created.operation.at,
            )
    for dropped in file.running(DropColumn):
        operation = dropped.operation
        assert isinstance(operation, DropColumn)  # noqa: S101  what running() was asked for
        name = dropped.before.resolve(operation.table)
        loses = operation.column == file.settings.tenant_column and name in judged and name in file.start.tables
        if loses and judged[name].column(operation.column) is None:
            yield Flag(
                f"Without {column} nothing says any more whose a row of {shown(name, file)} is, and the policies"
                " that compare it cannot stay.",
                "Keep the column; or, if the table holds no tenant's rows any more, list it in `lint.exempt_tables`.",
                at=operation.at,
            )


def _definition(file: FileContext) -> str:
    expected, listing = expected_type(file), tenant_list(file)
    type_ = type_text(expected[0]) if expected is not None else "uuid"
    refers = listing is not None and file.settings.lint.tenancy == "shared"
    references = f" REFERENCES {shown(listing.name, file)}" if listing is not None and refers else ""
    return f"{quote_ident(file.settings.tenant_column)} {type_} NOT NULL{references},"
