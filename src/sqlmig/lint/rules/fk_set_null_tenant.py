"""Foreign keys that take a row's tenant away."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import FileContext
from sqlmig.lint.keys import constraint_at, tables_to_judge
from sqlmig.lint.rule import file_rule
from sqlmig.lint.values import Flag
from sqlmig.lint.words import listed_columns, made_here, shown
from sqlmig.sql.definitions import ForeignKey, ReferentialAction
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.schema.tables import Table


@file_rule()
def fk_set_null_tenant(file: FileContext) -> Iterator[Flag]:
    """A foreign key over the tenant column with ON DELETE SET NULL or SET DEFAULT, and no list of columns that leaves
    the tenant column out.

    Effect: when the other row is deleted, the tenant column is set, too. Where it is NOT NULL the DELETE fails;
    otherwise the row is nobody's.

    Instead: name the columns to set behind SET NULL.

    Since: the list of columns works from PostgreSQL 15 on. Before, use RESTRICT and clear the reference first.
    """
    column = file.settings.tenant_column
    for table in tables_to_judge(file):
        for key in table.foreign_keys:
            definition = key.definition
            if not isinstance(definition, ForeignKey) or key.inherited or not made_here(key.made_by, file):
                continue
            if column not in (definition.on_delete_columns or definition.columns) or definition.on_delete not in _SETS:
                continue
            others = [each for each in definition.columns if each != column]
            action, name = definition.on_delete.value.upper(), shown(table.name, file)
            other = shown(definition.references, file)
            if not others:
                instead, sql = "Say what shall happen to a deleted tenant's rows: RESTRICT, or CASCADE.", ""
            elif file.settings.postgres < 15:
                instead = (
                    "Before PostgreSQL 15 the columns cannot be chosen: use RESTRICT, and clear the reference first."
                )
                sql = ""
            else:
                instead, sql = "Name the columns to set:", f"ON DELETE {action} ({listed_columns(others)})"
            yield Flag(
                f"ON DELETE {action} sets {quote_ident(column)} as well{_harm(definition, table, column, name, other)}",
                instead,
                sql,
                at=constraint_at(key, file),
            )


def _harm(definition: ForeignKey, table: Table, column: str, name: str, other: str) -> str:
    found = table.column(column)
    if definition.on_delete is ReferentialAction.SET_DEFAULT and found is not None and found.has_default:
        return f": when a row of {other} is deleted, the one of {name} goes to the tenant of the default."
    if table.proves_not_null(column):
        return f", which cannot be NULL: a row of {other} that {name} refers to cannot be deleted."
    return f": when a row of {other} is deleted, the one of {name} is nobody's."


_SETS = frozenset({ReferentialAction.SET_NULL, ReferentialAction.SET_DEFAULT})
