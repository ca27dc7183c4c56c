"""Columns that bring their CHECK with them."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.remedies import added_in_two, column_alone
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag, Severity
from sqlmig.sql.definitions import Check
from sqlmig.sql.identifiers import quote_ident, truncate
from sqlmig.sql.operations.tables import AddColumn
from sqlmig.sql.schema.objects import Domain
from sqlmig.sql.schema.texts import type_text


@rule(AddColumn, severity=Severity.WARNING)
def add_column_inline_check(operation: AddColumn, context: Context) -> Iterator[Flag]:
    """ADD COLUMN ... CHECK (...), or of a domain with a constraint, on a table that was there before this migration.

    Effect: an ACCESS EXCLUSIVE lock on the table. Every row is checked under it, also when the column is empty and
    has no default; with a domain's constraint the table is written anew. Nobody can read or write it meanwhile.

    Instead: add the column alone, then the CHECK with NOT VALID, and validate that in the next migration. In place of
    the domain, take the type that it is of.

    Unless: the table is made by the same migration.
    """
    if context.is_new(operation.table):
        return
    table = context.shown(operation.table)
    domain = context.before.type_of(operation.column.type) if operation.column.type is not None else None
    if isinstance(domain, Domain) and domain.constrained:
        plain = type_text(domain.type) if domain.type is not None else "<its type>"
        yield Flag(
            f"{table} is written anew to check the constraint of {context.shown(domain.name)}, while nobody can read or"
            " write it, although the column is new.",
            "Take the type that the domain is of, and put the CHECK on the table, NOT VALID at first:",
            f"ALTER TABLE {table} ADD COLUMN {quote_ident(operation.column.name)} {plain};",
            severity=context.severity(),
        )
    for check in operation.column.constraints:
        if isinstance(check, Check) and check.enforced:
            name = check.name or truncate(f"{operation.table.name}_{operation.column.name}_check")
            yield Flag(
                f"Every row of {table} is checked, while nobody can read or write it, although the column is new.",
                "Add the column without the CHECK, and the CHECK by itself:",
                f"ALTER TABLE {table} ADD COLUMN {column_alone(operation.column)};\n"
                + added_in_two(table, name, f"CHECK ({check.expression.text})"),
                at=check.at,
                severity=context.severity(),
            )
